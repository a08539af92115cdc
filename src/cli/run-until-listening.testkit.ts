import type { CommandIo } from './command-io.ts'

/** What a command that serves prints when it is interrupted as soon as it says how to stop it. */
export async function runUntilListening(
  command: (args: readonly string[], io: CommandIo) => Promise<void>,
  args: readonly string[],
): Promise<string[]> {
  const lines: string[] = []
  const stop = new AbortController()
  await command(args, {
    print: (line) => {
      lines.push(line)
      if (line.startsWith('Stop it')) stop.abort()
    },
    width: 120,
    color: false,
    signal: stop.signal,
    env: {},
  })
  return lines
}
