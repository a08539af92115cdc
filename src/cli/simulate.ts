import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { createRealClock } from '../dispatch/real-clock.ts'
import { BenchError } from '../errors.ts'
import { findProfile } from '../simulator/find-profile.ts'
import type { EngineProfile } from '../simulator/profile.ts'
import { startSimulatedServer } from '../simulator/simulated-server.ts'

export const SIMULATE_USAGE = `vitest-llm-bench simulate <framework>[:variant] [options]

Serves a simulated engine over HTTP until it is interrupted.

  --port N         default 8000, lmdeploy 23333; 0 takes any free port
  --host H         default 127.0.0.1
  --model M        the name under which the model is offered
  --seed N         default 0
  --slowdown X     every step takes X times as long, for instance 1.3
`

/** Where a command writes, and what ends it. */
export interface CommandIo {
  print(line: string): void
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal
}

const PORTS: Readonly<Record<EngineProfile['framework'], number>> = {
  vllm: 8000,
  lmdeploy: 23333,
  'tensorrt-llm': 8000,
  'mlc-llm': 8000,
}

/** Runs a simulated server until `io.signal` is aborted. Throws BenchError on bad arguments and on a taken port. */
export async function simulate(args: readonly string[], io: CommandIo): Promise<void> {
  if (args.includes('--help')) return io.print(SIMULATE_USAGE)
  const { profile, host, port, model, seed } = readArgs(args)
  const server = await startSimulatedServer({ clock: createRealClock(), profile, seed, host, port, ...model })
  const { framework, version, variant, estimate, slowdown } = profile
  const pace = slowdown === 1 ? '' : `, slowed down ${slowdown} times`
  io.print(`${server.url} simulates ${framework} ${version} (${variant}) on one RTX 3090${pace}`)
  if (estimate) io.print('This engine is an estimate: no measurement of it was published.')
  io.print('Stop it with Ctrl-C.')
  if (!io.signal.aborted) await once(io.signal, 'abort')
  await server.close()
  io.print('Stopped.')
}

function readArgs(args: readonly string[]) {
  const { values, positionals } = parse(args)
  const [name, ...rest] = positionals
  if (name === undefined || rest.length > 0)
    throw new BenchError('simulate takes one engine.', { code: 'bad-command', remedy: SIMULATE_USAGE })
  const [framework = '', variant] = name.split(':')
  const slowdown = number('slowdown', values.slowdown, (value) => value > 0, 'a number above 0')
  const profile = { ...findProfile(framework, variant), slowdown }
  return {
    profile,
    host: values.host,
    port: number('port', values.port ?? String(PORTS[profile.framework]), isPort, 'a port from 0 to 65535'),
    seed: number('seed', values.seed, Number.isInteger, 'an integer'),
    model: values.model === undefined ? {} : { model: values.model },
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: 'string' },
        host: { type: 'string', default: '127.0.0.1' },
        model: { type: 'string' },
        seed: { type: 'string', default: '0' },
        slowdown: { type: 'string', default: '1' },
      },
    })
  } catch (cause) {
    throw new BenchError((cause as Error).message, { code: 'bad-command', remedy: SIMULATE_USAGE, cause })
  }
}

const isPort = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 65_535

function number(option: string, text: string, isGood: (value: number) => boolean, wanted: string): number {
  const value = Number(text)
  if (text.trim() !== '' && isGood(value)) return value
  throw new BenchError(`--${option} ${text} is not ${wanted}.`, { code: 'bad-command', remedy: SIMULATE_USAGE })
}
