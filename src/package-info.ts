import { existsSync, readFileSync } from 'node:fs'
import * as z from 'zod'

const PackageJson = z.object({ name: z.string(), version: z.string() })

/** The folder that holds this package's `package.json`: the same from the sources and from `dist/`. */
export function packageRoot(): URL {
  let folder = new URL('.', import.meta.url)
  while (!existsSync(new URL('package.json', folder))) {
    const parent = new URL('..', folder)
    if (parent.href === folder.href) throw new Error('vitest-llm-bench is installed without its package.json')
    folder = parent
  }
  return folder
}

/** `vitest-llm-bench 0.1.0`, as it stands in reports. */
export function toolName(): string {
  const { name, version } = PackageJson.parse(JSON.parse(readFileSync(new URL('package.json', packageRoot()), 'utf8')))
  return `${name} ${version}`
}
