import * as z from 'zod'
import { BenchError } from '../base/errors.ts'
import { checkOptions, positive, text, texts } from '../base/options.ts'
import type { Ms } from '../base/units.ts'

/** Stands for the port in a command and in the values of its environment. */
export const PORT = '{port}'
/** Stands for one more free port, where a server has its metrics on a port of their own. */
export const METRICS_PORT = '{metricsPort}'

/** Each framework's own command listens on this host only. */
export const LOCALHOST = '127.0.0.1'
export const HOST_AND_PORT = ['--host', LOCALHOST, '--port', PORT] as const

interface LaunchSettings {
  /** Laid over the environment of the bench, which is passed on without what Vitest put into it. */
  readonly env?: Readonly<Record<string, string>>
  /** Default: that of the bench. */
  readonly cwd?: string
  /** Where the server listens. Default: a free one, passed by the server's own flag. */
  readonly port?: number
  /** What asks the server to end, in peace. Default: each framework's own, SIGTERM for a command. */
  readonly stopSignal?: StopSignal
  /** From the start to the first answer. Default 15 minutes. */
  readonly readyTimeoutMs?: Ms
  /** Answers 200 once the server is ready. Default: each framework's own; a command has none. */
  readonly healthPath?: string
}

/** How a server is started: by its framework's own command, or by a whole command. Never by a shell. */
export type LaunchOptions =
  | (LaunchSettings & {
      /** Path or name, as the framework's command takes it. For Triton, the model repository. */
      readonly model: string
      /** More arguments of the framework's command. */
      readonly args?: readonly string[]
    })
  | (LaunchSettings & {
      /** Program and arguments; `{port}` in them, and in `env`, is the port, `{metricsPort}` one for metrics alone. */
      readonly command: readonly string[]
    })

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP'] as const
export type StopSignal = (typeof STOP_SIGNALS)[number]

const PORT_NUMBER = 'a port, 1 to 65535'

/** All that is needed to start a server. JSON-safe; the same plan is the same server. */
export interface LaunchPlan {
  /** With `{port}` where the port belongs. */
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string | null
  /** Null: any free one. */
  readonly port: number | null
  readonly stopSignal: StopSignal
  readonly readyTimeoutMs: Ms
  /** Null: the server has no page that tells whether it is ready. */
  readonly healthPath: string | null
  /** The name of the model, where the server offers more than the one that it was started for; null: ask the server. */
  readonly servedModel: string | null
}

/**
 * A framework's own command, as its documentation has it. The Python servers leave in peace on Ctrl-C, which is the way out that
 * their authors use; the others on SIGTERM.
 */
interface LaunchRecipe {
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly stopSignal: StopSignal
  /** Null where there is none, or not in every version. */
  readonly healthPath: string | null
  /** For a server that offers more models than the one it is started for. */
  readonly servedModel?: string
}

export type BuildLaunch = (input: { readonly model: string; readonly version: string | null }) => LaunchRecipe

/** Large models come over slow networks; a server that dies is found at once, so this only ends a hang. */
const READY_TIMEOUT_MS = 900_000

const settings = {
  env: texts.optional(),
  cwd: text.optional(),
  port: z.int(PORT_NUMBER).min(1, PORT_NUMBER).max(65_535, PORT_NUMBER).optional(),
  stopSignal: z.enum(STOP_SIGNALS, `one of ${STOP_SIGNALS.join(', ')}`).optional(),
  readyTimeoutMs: positive.optional(),
  healthPath: text.startsWith('/', 'a path, such as /health').optional(),
}
const ByRecipe = z.strictObject({
  ...settings,
  model: text.min(1, 'the name of a model, or its path'),
  args: z.array(text, 'an array of texts').optional(),
})
const ByCommand = z.strictObject({
  ...settings,
  command: z.array(text, 'an array of texts').min(1, 'a program and its arguments'),
})

/** Whose launch it is. */
interface LaunchedServer {
  /** For people: `trtllm-serve`. */
  readonly server: string
  /** Its own command; null where there is none. */
  readonly own: BuildLaunch | null
  readonly version: string | null
  readonly url: string | null
}

/**
 * Throws BenchError `bad-target` on options that are none, where nobody would know the server's port, and where the target
 * has a `url` as well.
 */
export function planLaunch({ server, own, version, url }: LaunchedServer, options: LaunchOptions): LaunchPlan {
  if (url !== null) {
    throw new BenchError(`The target ${server} has both a url and a launch.`, {
      code: 'bad-target',
      remedy: 'Give the url of a server that runs already, or the launch of one that does not.',
    })
  }
  const byCommand = typeof options === 'object' && options !== null && 'command' in options
  checkOptions(options, byCommand ? ByCommand : ByRecipe, {
    of: `the launch of ${server}`,
    code: 'bad-target',
    example: "launch: { model: 'meta-llama/Meta-Llama-3-8B' }, or launch: { command: [...] }",
    confidential: true,
  })
  const built: LaunchRecipe = byCommand
    ? { command: options.command, stopSignal: 'SIGTERM', healthPath: null }
    : ownCommand(server, own, version, options)
  const env = { ...built.env, ...options.env }
  if (options.port === undefined && ![...built.command, ...Object.values(env)].some((text) => text.includes(PORT))) {
    throw new BenchError(`The launch command of ${server} does not say on which port the server listens.`, {
      code: 'bad-target',
      remedy: `Write ${PORT} in the command where the port belongs, or give \`port\` if it is fixed.`,
    })
  }
  return {
    command: built.command,
    env,
    cwd: options.cwd ?? null,
    port: options.port ?? null,
    stopSignal: options.stopSignal ?? built.stopSignal,
    readyTimeoutMs: options.readyTimeoutMs ?? READY_TIMEOUT_MS,
    healthPath: options.healthPath ?? built.healthPath,
    servedModel: built.servedModel ?? null,
  }
}

function ownCommand(
  server: string,
  own: BuildLaunch | null,
  version: string | null,
  { model, args = [] }: { readonly model: string; readonly args?: readonly string[] },
): LaunchRecipe {
  if (own === null) {
    throw new BenchError(`There is no launch command that fits any ${server} server.`, {
      code: 'bad-target',
      remedy: 'Give a whole one: launch: { command: [...] }.',
    })
  }
  const { command, ...others } = own({ model, version })
  return { ...others, command: [...command, ...args] }
}
