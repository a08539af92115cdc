import type { Arrival } from '../arrival/arrival.ts'
import { poisson } from '../arrival/index.ts'
import type { TransportName } from '../client/create-transport.ts'
import { DEFAULT_TIMEOUTS, type Timeouts } from '../client/timeouts.ts'
import type { Target } from '../frameworks/target.ts'
import { MAX_CLIENT_ERROR, type Environment } from '../report.ts'
import { objectives } from '../slo/objectives.ts'
import type { Inconclusive, Slo } from '../slo/slo.ts'
import { studyLengths } from '../workload/study-lengths.ts'
import type { Dataset } from '../workload/workload.ts'
import type { LoadOptions } from './load-options.ts'
import { resolveTarget } from './resolve-target.ts'
import type { Variables } from './variables.ts'

/** A case as a bench file asks for it. */
export interface AskedCase {
  readonly name: string
  readonly target: Target
  readonly load: LoadOptions
  /** What it is judged by; undefined or null: nothing. */
  readonly slo?: Slo | null | undefined
}

/** What the options of `servingBench()` say of every case of a project. Null: nothing. */
export interface ProjectOptions {
  readonly inconclusive: Inconclusive | null
}

/** Objectives with what becomes of those that are inconclusive. */
export type ResolvedSlo = Slo & { readonly inconclusive: Inconclusive }

/** `LoadOptions` with nothing left open; see there for what each means. */
export interface ResolvedLoad {
  readonly requestRate: number
  readonly numPrompts: number
  readonly dataset: Dataset
  readonly arrival: Arrival
  /** Null: no limit. */
  readonly maxConcurrency: number | null
  readonly threads: 'auto' | number
  readonly transport: 'auto' | TransportName
  readonly seed: number
  readonly reusePrompts: boolean
  readonly trial: number
  readonly trials: number
  readonly warmup: number | 'auto'
  readonly fill: number | 'auto'
  readonly fixedLength: boolean
  readonly lengthMismatch: 'flag' | 'fail'
  readonly timeouts: Timeouts
  readonly maxClientError: number | false
  /** What a request must keep to count. Null: there is no goodput. */
  readonly goodput: Slo | null
}

/** A case with nothing left open. */
export interface ResolvedCase {
  readonly name: string
  readonly target: Target
  readonly load: ResolvedLoad
  /** What it is judged by; null: nothing. */
  readonly slo: ResolvedSlo | null
  /** What becomes of its inconclusive regression gates. */
  readonly inconclusive: Inconclusive
  /** What the server runs on, as the environment says it; null: what this machine is. */
  readonly hardware: string | null
}

/**
 * Settles every option of a case, in one order for all of them: the environment goes before code, code before the project, the
 * project before the default. `docs/configuration.md` lists them all. A resolved case stays as it is.
 */
export function resolveCase(
  asked: AskedCase | ResolvedCase,
  project: ProjectOptions,
  variables: Variables,
): ResolvedCase {
  const slo = resolveAnySlo(asked.slo, project, variables)
  return {
    name: asked.name,
    target: resolveTarget(asked.target, variables),
    load: resolveLoad(asked.load, slo, variables),
    slo,
    inconclusive: resolveInconclusive(null, project, variables),
    hardware: variables.hardware,
  }
}

const LOAD_DEFAULTS: Omit<ResolvedLoad, 'requestRate' | 'numPrompts'> = {
  dataset: studyLengths(),
  arrival: poisson(),
  maxConcurrency: null,
  threads: 'auto',
  transport: 'auto',
  seed: 0,
  reusePrompts: false,
  trial: 0,
  trials: 1,
  warmup: 'auto',
  fill: 'auto',
  fixedLength: true,
  lengthMismatch: 'flag',
  timeouts: DEFAULT_TIMEOUTS,
  maxClientError: MAX_CLIENT_ERROR,
  goodput: null,
}

function resolveLoad(asked: LoadOptions | ResolvedLoad, slo: Slo | null, variables: Variables): ResolvedLoad {
  const { warmup, fill, timeouts, goodput, ...others } = { ...LOAD_DEFAULTS, ...withoutUndefined(asked) }
  return {
    ...others,
    dataset: variables.dataset ?? others.dataset,
    maxClientError: calibrated(others.maxClientError, variables),
    // Where none are sent there is one way to say so.
    warmup: warmup === false ? 0 : warmup,
    fill: fill === false ? 0 : fill,
    timeouts: { ...DEFAULT_TIMEOUTS, ...withoutUndefined(timeouts) },
    goodput: goodput ?? slo,
  }
}

/** The objectives that something is judged by: those of the environment in place of those in code. Throws as `objectives` does. */
export function resolveSlo(slo: Slo, project: ProjectOptions, variables: Variables): ResolvedSlo {
  const stated = variables.slo ?? slo
  objectives(stated)
  return { ...stated, inconclusive: resolveInconclusive(slo?.inconclusive ?? null, project, variables) }
}

/** The same where code may give none; null where nobody gives any. */
export function resolveAnySlo(
  slo: Slo | null | undefined,
  project: ProjectOptions,
  variables: Variables,
): ResolvedSlo | null {
  const stated = slo ?? variables.slo
  return stated === null ? null : resolveSlo(stated, project, variables)
}

/** What becomes of what a run can neither show nor refute. `stated` is what the objectives say themselves. */
export function resolveInconclusive(
  stated: Inconclusive | null,
  project: ProjectOptions,
  variables: Variables,
): Inconclusive {
  return variables.inconclusive ?? stated ?? project.inconclusive ?? 'warn'
}

/** What a measurement was made on, to be compared: as it was stated, because no client sees the GPUs of a server, else this machine. */
export function hardwareOf(stated: string | null, { cpu, cores, platform }: Environment): string {
  return stated ?? `${cpu}, ${cores} cores, ${platform}`
}

function calibrated(stated: number | false, { calibrate }: Variables): number | false {
  if (calibrate === null) return stated
  return calibrate && (stated === false ? MAX_CLIENT_ERROR : stated)
}

/** An option that is undefined was not given. */
function withoutUndefined<T extends object>(options: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as { [Name in keyof T]: Exclude<T[Name], undefined> }
}
