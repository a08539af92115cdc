import { randomUUID } from 'node:crypto'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { BenchError } from './errors.ts'

/**
 * Writes a file that is either the old one or the whole new one, never half: a neighbour first, then a rename. Makes
 * the folders on the way. Throws BenchError `bad-report` if the place cannot be written to; nothing is left behind.
 *
 * Synchronous, because a reporter writes in its last hook and the process may end right after.
 */
export function writeAtomically(path: string, text: string): void {
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(temporary, text)
    renameSync(temporary, path)
  } catch (cause) {
    removeIfThere(temporary)
    throw new BenchError(`${path} could not be written: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      code: 'bad-report',
      remedy: 'Choose an output folder that this process may write to.',
      cause,
    })
  }
}

/** Where nothing could be written there may be nothing to remove, and the first error is the one to tell. */
function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    return
  }
}
