import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { BenchError } from '../errors.ts'

/**
 * A dataset's bytes. Not a string, because ShareGPT's usual file (642 MiB) is longer than a string may be.
 *
 * Throws BenchError `bad-dataset` when the file cannot be read.
 */
export async function readDatasetFile(file: string): Promise<Buffer> {
  return readFile(file).catch((cause: unknown) => {
    throw new BenchError(`The dataset file ${file} cannot be read.`, {
      code: 'bad-dataset',
      remedy: `Check the path; it was looked for at ${resolve(file)}.`,
      cause,
    })
  })
}

/** The path of a file in the package's `fixtures/`, from the sources and from `dist/` alike. */
export function packagedFile(name: string): string {
  for (let folder = import.meta.dirname; dirname(folder) !== folder; folder = dirname(folder)) {
    const candidate = join(folder, 'fixtures', name)
    if (existsSync(candidate)) return candidate
  }
  throw new BenchError(`The package's own fixtures/${name} is missing.`, {
    code: 'bad-dataset',
    remedy: 'Install vitest-llm-bench again, or name a dataset file of your own.',
  })
}
