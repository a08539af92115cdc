import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { BenchError } from '../base/errors.ts'

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
