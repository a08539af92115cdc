import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Of one file; with the older ones a server's logs take at most three times as much. */
const MAX_FILE_BYTES = 16 * 1024 * 1024

/** `vllm.log` is the newest, then `vllm.1.log`, then `vllm.2.log`. */
const OLDER_FILES = 2

export interface LogFile {
  write(line: string): void
  close(): void
}

/**
 * Opens a new log at `path`, which ends in `.log`; the one that was there becomes `.1.log`, that one `.2.log`, and so it
 * goes again whenever the file is full. Throws what the file system throws where nothing can be written.
 */
export function openLogFile(path: string, maxBytes: number = MAX_FILE_BYTES): LogFile {
  mkdirSync(dirname(path), { recursive: true })
  let file = openNew(path)
  let bytes = 0
  return {
    write(line) {
      if (bytes > 0 && bytes + line.length > maxBytes) {
        closeSync(file)
        file = openNew(path)
        bytes = 0
      }
      bytes += writeSync(file, `${line}\n`)
    },
    close: () => closeSync(file),
  }
}

function openNew(path: string): number {
  for (let age = OLDER_FILES; age > 0; age--) renameIfThere(aged(path, age - 1), aged(path, age))
  return openSync(path, 'w')
}

function aged(path: string, age: number): string {
  return age === 0 ? path : path.replace(/\.log$/, `.${age}.log`)
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    rmSync(to, { force: true })
  }
}
