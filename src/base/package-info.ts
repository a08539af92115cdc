import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as z from 'zod'

const PackageJson = z.object({ name: z.string(), version: z.string() })

/** The path of a file of this package, from its root: the same from the sources and from `dist/`. */
export function packagedFile(name: string): string {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'package.json'))) {
    if (dirname(folder) === folder) throw new Error('vitest-llm-bench is installed without its package.json')
    folder = dirname(folder)
  }
  return join(folder, name)
}

/** What this package's `package.json` says of it. */
export function packageInfo(): z.infer<typeof PackageJson> {
  return PackageJson.parse(JSON.parse(readFileSync(packagedFile('package.json'), 'utf8')))
}
