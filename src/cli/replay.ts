import { once } from 'node:events'
import { createRealClock } from '../load/real-clock.ts'
import { BenchError } from '../base/errors.ts'
import { decodeTranscript } from '../protocol/index.ts'
import { FAULT_KINDS, FAULTS, type Fault, type FaultKind } from '../simulator/replay/faults.ts'
import { readRecording, type Recording } from '../simulator/replay/recording.ts'
import { startReplayServer } from '../simulator/replay/replay-server.ts'
import type { CommandIo } from './command-io.ts'
import { parseCommand } from './parse-command.ts'

const REPLAY_USAGE = `vitest-llm-bench replay <case.sse|case.json...> [options]

Serves recorded answers over HTTP until it is interrupted, each POST the next one, in the pieces in which
the server wrote them. docs/replay.md says how to record one.

  --port N      default 8000; 0 takes any free port
  --host H      default 127.0.0.1
  --gap-ms G    between two writes, default 10
  --fault F     the way in which every request fails, see below
  --after N     what it counts depends on the fault
  --every N     only every N-th request is faulty
  --parse       serve nothing: print what a load run makes of each answer

Faults
${FAULT_KINDS.map(describeFault).join('\n')}
`

/** Replays until `io.signal` is aborted. Throws BenchError on bad arguments, bad recordings and a taken port. */
export async function replay(args: readonly string[], io: CommandIo): Promise<void> {
  if (args.includes('--help')) return io.print(REPLAY_USAGE)
  const { recordings, parse, ...options } = readArgs(args)
  if (parse) return recordings.forEach((recording) => io.print(parsed(recording)))
  const server = await startReplayServer({ recordings, ...options, now: createRealClock().now })
  const { kind } = options.fault
  const names = recordings.map(({ name }) => name).join(', ')
  io.print(`${server.url} replays ${names}${kind === 'none' ? '' : ` with the fault "${kind}": ${FAULTS[kind].says}`}`)
  io.print('Stop it with Ctrl-C.')
  if (!io.signal.aborted) await once(io.signal, 'abort')
  await server.close()
  io.print('Stopped.')
}

/** As JSON, under the name of the recording. */
function parsed({ name, protocol, httpStatus, contentType, transportEnd, writes }: Recording): string {
  const answer = decodeTranscript({
    protocol,
    httpStatus,
    contentType: contentType ?? '',
    transportEnd,
    chunks: writes,
  })
  return JSON.stringify({ name, protocol, ...answer }, null, 2)
}

function describeFault(kind: FaultKind): string {
  const { says, after } = FAULTS[kind]
  const counted = after === null ? '' : ` (--after ${after.counts}, default ${after.default})`
  return `  ${kind.padEnd(17)} ${says}${counted}`
}

const OPTIONS = {
  port: { type: 'string', default: '8000' },
  host: { type: 'string', default: '127.0.0.1' },
  'gap-ms': { type: 'string', default: '10' },
  fault: { type: 'string', default: 'none' },
  after: { type: 'string' },
  every: { type: 'string' },
  parse: { type: 'boolean', default: false },
} as const

function readArgs(args: readonly string[]) {
  const { values, positionals } = parseCommand(args, OPTIONS, REPLAY_USAGE)
  if (positionals.length === 0) throw badUsage('replay takes at least one recording.')
  const every = values.every ?? '1'
  return {
    recordings: positionals.map(readRecording),
    parse: values.parse,
    host: values.host,
    port: number('port', values.port, (port) => port <= 65_535),
    gapMs: number('gap-ms', values['gap-ms']),
    every: number('every', every, (count) => count > 0),
    fault: readFault(values.fault, values.after),
  }
}

function readFault(name: string, after: string | undefined): Fault {
  const kind = FAULT_KINDS.find((known) => known === name)
  if (kind === undefined) throw badUsage(`There is no fault "${name}".`)
  const counted = FAULTS[kind].after
  if (after === undefined) return { kind, after: counted?.default ?? 0 }
  if (counted === null) throw badUsage(`--after says nothing of the fault "${name}".`)
  return { kind, after: number('after', after) }
}

function number(option: string, text: string, isGood: (value: number) => boolean = () => true): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isInteger(value) && value >= 0 && isGood(value)) return value
  throw badUsage(`--${option} ${text} is not a number that fits.`)
}

function badUsage(what: string): BenchError {
  return new BenchError(what, { code: 'bad-command', remedy: REPLAY_USAGE })
}
