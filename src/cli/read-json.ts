import { readFileSync } from 'node:fs'
import { BenchError } from '../base/errors.ts'

/** The text of a file. BenchError `bad-report`, naming the file, when it cannot be read. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

/** What a JSON file holds, unchecked. BenchError `bad-report`, naming the file, when it cannot be read. */
export function readJson(path: string): unknown {
  const text = readText(path)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function unreadable(path: string, cause: unknown): BenchError {
  return new BenchError(`Cannot read the report ${path}: ${(cause as Error).message}.`, {
    code: 'bad-report',
    remedy: 'Give the report.json of a bench.',
    cause,
  })
}
