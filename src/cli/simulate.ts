import { once } from 'node:events'
import { createRealClock } from '../load/real-clock.ts'
import { BenchError } from '../base/errors.ts'
import { frameworksOf } from '../frameworks/catalog.ts'
import { findProfile } from '../frameworks/find-profile.ts'
import { DIALECTS } from '../simulator/dialects/of-framework.ts'
import { EngineProfile } from '../simulator/profile.ts'
import { readProfileFile } from '../simulator/profile-file.ts'
import { startSimulatedServer } from '../simulator/simulated-server.ts'
import type { CommandIo } from './command-io.ts'
import { fastClock } from './fast-clock.ts'
import { parseCommand } from './parse-command.ts'

export const SIMULATE_USAGE = `vitest-llm-bench simulate <framework>[:variant] [options]
vitest-llm-bench simulate --profile my-engine.json [options]

Serves a simulated engine over HTTP until it is interrupted, and prints what its server would log.

  --port N         default 8000, lmdeploy 23333; 0 takes any free port
  --host H         default 127.0.0.1
  --model M        the name under which the model is offered
  --profile F      the engine that the JSON file F describes; fixtures/profiles/ has examples
  --max-batch N    at most N sequences in the batch
  --prefix-cache   with the prefix cache of vLLM V1 (vllm only)
  --seed N         default 0
  --slowdown X     every step takes X times as long, for instance 1.3
  --speed S        time passes S times as fast, 0.1 to 5; timers distort what is faster
  --distort        allow a speed above 5
  --die-after N    the engine dies as soon as it has begun N answers
`

/** Up to here, measured: TTFT P50 +1 to +6 %, TPOT under 1 %. */
const FASTEST_HONEST_SPEED = 5
const SLOWEST_SPEED = 0.1

/** Runs a simulated server until `io.signal` is aborted. Throws BenchError on bad arguments and on a taken port. */
export async function simulate(args: readonly string[], io: CommandIo): Promise<void> {
  if (args.includes('--help')) return io.print(SIMULATE_USAGE)
  const { profile, speed, ...options } = readArgs(args)
  const clock = fastClock(createRealClock(), speed)
  const server = await startSimulatedServer({ clock, profile, ...options, onLog: io.print })
  const { framework, version, variant, estimate, slowdown, scheduler } = profile
  const pace = slowdown === 1 ? '' : `, slowed down ${slowdown} times`
  const cache = scheduler.prefixCache ? ', with a prefix cache' : ''
  const haste = speed === 1 ? '' : `, in time that passes ${speed} times as fast`
  io.print(`${server.url} simulates ${framework} ${version} (${variant})${cache}${pace}${haste}`)
  if (estimate) io.print('This engine is an estimate: no measurement of it was published.')
  io.print('Stop it with Ctrl-C.')
  if (!io.signal.aborted) await once(io.signal, 'abort')
  await server.close()
  io.print('Stopped.')
}

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string', default: '127.0.0.1' },
  model: { type: 'string' },
  profile: { type: 'string' },
  'max-batch': { type: 'string' },
  'prefix-cache': { type: 'boolean', default: false },
  seed: { type: 'string', default: '0' },
  slowdown: { type: 'string', default: '1' },
  speed: { type: 'string', default: '1' },
  distort: { type: 'boolean', default: false },
  'die-after': { type: 'string' },
} as const

function readArgs(args: readonly string[]) {
  const { values, positionals } = parseCommand(args, OPTIONS, SIMULATE_USAGE)
  const profile = changed(engine(positionals, values.profile), values)
  const dieAfter = values['die-after']
  return {
    profile,
    speed: readSpeed(values.speed, values.distort),
    host: values.host,
    port: number('port', values.port ?? usualPort(profile), isPort, 'a port from 0 to 65535'),
    seed: number('seed', values.seed, Number.isInteger, 'an integer'),
    ...(values.model === undefined ? {} : { model: values.model }),
    ...(dieAfter === undefined ? {} : { dieAfter: number('die-after', dieAfter, isCount, 'a positive integer') }),
  }
}

function usualPort({ framework }: EngineProfile): string {
  return String(frameworksOf(framework)[0]?.port ?? 0)
}

function engine([name, ...rest]: readonly string[], file: string | undefined): EngineProfile {
  if (rest.length > 0 || (name === undefined) === (file === undefined))
    throw new BenchError('simulate takes one engine, by its name or by --profile.', {
      code: 'bad-command',
      remedy: SIMULATE_USAGE,
    })
  if (file !== undefined) return readProfileFile(file)
  const [framework = '', variant] = name!.split(':')
  return findProfile(framework, variant)
}

function changed(
  built: EngineProfile,
  options: { slowdown: string; 'max-batch'?: string; 'prefix-cache': boolean },
): EngineProfile {
  const slowdown = number('slowdown', options.slowdown, (value) => value > 0, 'a number above 0')
  const cap = options['max-batch']
  const maxSequences =
    cap === undefined ? built.scheduler.maxSequences : number('max-batch', cap, isCount, 'a positive integer')
  const scheduler = { ...built.scheduler, maxSequences, ...prefixCache(built, options['prefix-cache']) }
  return { ...built, slowdown: built.slowdown * slowdown, scheduler }
}

function prefixCache({ framework, scheduler }: EngineProfile, isWanted: boolean): Partial<EngineProfile['scheduler']> {
  if (!isWanted) return {}
  if (DIALECTS[framework].cacheReset === null)
    throw new BenchError(`--prefix-cache is not simulated for ${framework}.`, {
      code: 'bad-command',
      remedy: 'Simulate vllm, or leave --prefix-cache out.',
    })
  return { prefixCache: { blockTokens: scheduler.blockTokens } }
}

function readSpeed(text: string, isDistortionAllowed: boolean): number {
  const speed = number('speed', text, (value) => value >= SLOWEST_SPEED, `a number from ${SLOWEST_SPEED}`)
  if (speed <= FASTEST_HONEST_SPEED || isDistortionAllowed) return speed
  throw new BenchError(
    `--speed ${text} would distort the results: timers come late, and at speed 10 TTFT grows by 4 to 13 %, at 50 by 30 to 57 % (at ${FASTEST_HONEST_SPEED} by 1 to 6 %, with TPOT within 1 %).`,
    {
      code: 'bad-command',
      remedy: `Stay at ${FASTEST_HONEST_SPEED} or below, bench in virtual time (a target without a URL), or add --distort.`,
    },
  )
}

const isPort = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 65_535
const isCount = (value: number): boolean => Number.isInteger(value) && value > 0

function number(option: string, text: string, isGood: (value: number) => boolean, wanted: string): number {
  const value = Number(text)
  if (text.trim() !== '' && isGood(value)) return value
  throw new BenchError(`--${option} ${text} is not ${wanted}.`, { code: 'bad-command', remedy: SIMULATE_USAGE })
}
