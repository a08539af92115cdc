import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { didYouMean } from '../base/did-you-mean.ts'
import { BenchError } from '../base/errors.ts'

/** Options and positionals of a command. BenchError `bad-command` with the usage for what it does not know. */
export function parseCommand<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T, usage: string) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options })
  } catch (cause) {
    const misspelt = /^Unknown option '--([^']+)'/.exec((cause as Error).message)?.[1]
    const what =
      misspelt === undefined
        ? (cause as Error).message
        : `There is no option --${misspelt}. ${didYouMean(misspelt, Object.keys(options))}\n\n`
    throw new BenchError(what, { code: 'bad-command', remedy: usage, cause })
  }
}
