import { fileURLToPath } from 'node:url'

/** The path of a module (`./reaper`) beside the one of `importMetaUrl`: `.ts` in the sources, `.js` in the package. */
export function siblingModule(name: string, importMetaUrl: string): string {
  const extension = importMetaUrl.endsWith('.ts') ? '.ts' : '.js'
  return fileURLToPath(new URL(name + extension, importMetaUrl))
}
