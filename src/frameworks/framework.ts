import * as z from 'zod'
import type { EngineProfile } from '../simulator/profile.ts'
import type { BuildLaunch } from './launch.ts'
import type { LevelName, MetricsTable } from './metrics-table.ts'
import type { EndpointName, Recipe } from './recipe.ts'

/**
 * All that is known of one kind of server. Its file says it, and nothing else in the program knows a framework by name:
 * docs/frameworks.md tells how to add one.
 */
export interface Framework {
  /** As it stands in reports and in profiles of engines: `vllm`. TensorRT-LLM, which has two servers, is in the list twice. */
  readonly id: string
  /** The name of its server, where it is not the id. */
  readonly server: string
  /** The function that makes its targets, as people write it. */
  readonly factory: string
  /** The environment variable that sends its cases to a running server. */
  readonly urlVariable: string
  /** Where its server listens unless told otherwise; null where there is no such habit. */
  readonly port: number | null
  /** The variant of a target that names none. */
  readonly variant: string
  /** Its simulated engines, that of the default variant first; empty where it is not simulated. */
  readonly profiles: readonly EngineProfile[]
  /** By which endpoints the server can be asked; the first is the default. */
  readonly endpoints: { readonly [Name in EndpointName]?: Recipe }
  /** How it is started; null where no command fits all of its servers. */
  readonly launch: BuildLaunch | null
  /** What its server prints when it dies, most telling first. */
  readonly causes: readonly Cause[]
  /** What it prints afterwards: a cause of any server is preferred to it. */
  readonly consequences: readonly Cause[]
  /** Where the server tells its version: the first of these pages that does. */
  readonly versionPages: readonly JsonPage<string>[]
  /** Where it lists the models that it serves, the first one first; null where it does not. */
  readonly modelPage: JsonPage<readonly string[]> | null
  /** Where it may have its metrics, in the order in which to ask. */
  readonly metricsPages: readonly MetricsPlace[]
  /** What its metrics are called; null where it has none of its own. */
  readonly metrics: MetricsTable | null
  /** What the periodic line of its log calls things, in small letters; several where one name stands before `5 / 2`. */
  readonly logNames: Readonly<Record<string, readonly LevelName[]>>
}

/** A page of JSON, and what is read of it. */
export interface JsonPage<T> {
  readonly path: string
  readonly schema: z.ZodType<T>
}

/** On a port of its own, a page is the server's only if it has the server's own names. */
export interface MetricsPlace {
  readonly path: string
  /** Null for that of the target. */
  readonly port: number | null
}

/** A line of a log that tells why a server died. */
export interface Cause {
  readonly pattern: RegExp
  /** What it means and what to do, in one or two sentences. */
  readonly hint: string
}

/** What must be said of a framework; the rest has defaults, those of most OpenAI-compatible servers. */
type Told = Pick<Framework, 'id' | 'factory' | 'urlVariable' | 'endpoints'> & Partial<Framework>

/**
 * Fills in what a framework does not say: `base` as variant, `/v1/models` and `/metrics` as pages, and for everything else
 * that nothing is known.
 */
export function defineFramework<T extends Told>(told: T): Omit<Framework, 'endpoints'> & Pick<T, 'endpoints'> {
  return {
    server: told.id,
    port: null,
    variant: 'base',
    profiles: [],
    launch: null,
    causes: [],
    consequences: [],
    versionPages: [],
    modelPage: MODEL_LIST,
    metricsPages: [{ path: '/metrics', port: null }],
    metrics: null,
    logNames: {},
    ...told,
  }
}

const MODEL_LIST: JsonPage<readonly string[]> = {
  path: '/v1/models',
  schema: z
    .object({ data: z.array(z.object({ id: z.string() })).min(1) })
    .transform(({ data }) => data.map(({ id }) => id)),
}

/** A page that tells the version of the server as `version`. */
export function versionAt(path: string): JsonPage<string> {
  return { path, schema: z.object({ version: z.string() }).transform(({ version }) => version) }
}
