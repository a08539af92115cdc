import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { BenchError } from '../errors.ts'

/** Options and positionals of a command. BenchError `bad-command` with the usage for what it does not know. */
export function parseCommand<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T, usage: string) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options })
  } catch (cause) {
    throw new BenchError((cause as Error).message, { code: 'bad-command', remedy: usage, cause })
  }
}
