import * as z from 'zod'
import { STAGE_PAIRS } from '../baseline/stage-pairs.ts'
import { BenchError } from '../base/errors.ts'
import type { Target } from '../frameworks/target.ts'
import { checkNames, checkOptions, flag, namesOf, positive, show, text } from '../base/options.ts'
import { MOST_THREADS, MOST_REQUESTS, MOST_TRIALS } from './load-size.ts'
import type { Workload } from '../workload/workload.ts'

/** A whole number with an upper bound: beyond what it has memory for a worker would die, and its case without a word. */
function between(least: number, most: number, why = ''): z.ZodType<number> {
  return z.custom<number>(
    (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    `a whole number from ${least} to ${most}${why === '' ? '' : `: ${why}`}`,
  )
}

const integer = z.custom<number>(Number.isSafeInteger, 'a whole number')

/** A whole number without an upper bound of ours. */
function atLeast(least: number): z.ZodType<number> {
  return z.custom<number>(
    (value) => Number.isSafeInteger(value) && (value as number) >= least,
    `a whole number from ${least}`,
  )
}

const THREADS = `a number of threads from 1 to ${MOST_THREADS}, or "auto": each takes 20 MB, and more than there are cores send no more`
const BEFOREHAND = `a number of requests up to ${MOST_REQUESTS}, "auto" or false: each takes 8 kB while it is sent`

const rateOrAll = z.custom<number>(
  (value) => typeof value === 'number' && value > 0,
  'requests per second above 0, or Infinity for all at once',
)
const waiting = z.custom<number>((value) => typeof value === 'number' && value > 0, 'a number of ms above 0')

const objects = z.custom<object>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'an object of limits',
)

const requestLimits = z
  .strictObject({ p50: positive, p75: positive, p90: positive, p95: positive, p99: positive, max: positive })
  .partial()

/** Vitest does not check types, and a misspelt option would measure another load than the one that was meant. */
const Load = z.strictObject({
  requestRate: rateOrAll,
  numPrompts: between(1, MOST_REQUESTS, 'each takes 8 kB while it is measured'),
  dataset: z
    .custom<object>(
      (value) => typeof value === 'object' && value !== null && 'sample' in value,
      'a dataset, such as sharegpt()',
    )
    .optional(),
  arrival: z
    .custom<object>(
      (value) => typeof value === 'object' && value !== null && 'offsets' in value,
      'an arrival, such as poisson()',
    )
    .optional(),
  maxConcurrency: atLeast(1).optional(),
  threads: z.union([between(1, MOST_THREADS), z.literal('auto')], THREADS).optional(),
  transport: z.enum(['auto', 'http', 'undici'], { error: '"auto", "http" or "undici"' }).optional(),
  seed: integer.optional(),
  reusePrompts: flag.optional(),
  trial: atLeast(0).optional(),
  trials: between(1, MOST_TRIALS, 'each has a report of its own').optional(),
  warmup: z.union([between(0, MOST_REQUESTS), z.literal('auto'), z.literal(false)], BEFOREHAND).optional(),
  fill: z.union([between(0, MOST_REQUESTS), z.literal('auto'), z.literal(false)], BEFOREHAND).optional(),
  fixedLength: flag.optional(),
  lengthMismatch: z.enum(['flag', 'fail'], { error: '"flag" or "fail"' }).optional(),
  timeouts: z
    .strictObject({ connect: waiting, firstByte: waiting, idle: waiting, total: waiting })
    .partial()
    .optional(),
  maxClientError: z
    .custom<number | false>(
      (value) => value === false || (typeof value === 'number' && value > 0 && value <= 1),
      'a share above 0, at most 1, or false for no calibration',
    )
    .optional(),
  goodput: z
    .strictObject({ ttft: requestLimits, tpot: requestLimits, e2eLatency: requestLimits })
    .partial()
    .refine((limits) => Object.values(limits).some((limit) => limit !== undefined && Object.keys(limit).length > 0), {
      error: 'limits of one request, such as { ttft: { p99: 400 } }',
    })
    .optional(),
})

const RENAMED = { clients: 'threads' }

const target = z.custom<object>(isTarget, 'a target as vllm() and its like make it: options go into that call')

const LoadCall = z.strictObject({
  ...Load.shape,
  target,
  name: text.optional(),
})

/**
 * The options of one call of `load`. Throws BenchError `bad-load` that names the option, its value and what it should be:
 * before a server is started for it.
 */
export function checkLoadCall(options: unknown): void {
  if (typeof options === 'object' && options !== null && 'slo' in options) throw judgesNothing()
  const example = 'load({ target: vllm(), requestRate: 5, numPrompts: 300 })'
  checkOptions(options, LoadCall, { of: 'a load', code: 'bad-load', example, renamed: RENAMED })
}

/** It would look like a gate and be none. */
function judgesNothing(): BenchError {
  return new BenchError('A load was given an slo, and judges nothing.', {
    code: 'bad-slo',
    remedy: 'Write expect(run).toMeetSlo(slo) for what must hold, and `goodput` for which requests count.',
  })
}

/**
 * The names in a load whose other options (`given`) come from elsewhere: stated twice, one of them would be ignored without
 * a word.
 */
export function checkPartOfLoad(load: unknown, where: string, given: readonly string[]): void {
  const names = Object.keys(Load.shape).filter((name) => !given.includes(name))
  checkNames(load, names, {
    of: `the load of ${where}`,
    code: 'bad-load',
    example: '{ numPrompts: 300 }',
    renamed: RENAMED,
  })
}

const rate = z.custom<number>(
  (value) => typeof value === 'number' && value > 0 && value < Infinity,
  'requests per second above 0',
)
const objectOrFunction = z.custom<object>(
  (value) => typeof value === 'function' || (typeof value === 'object' && value !== null),
  'an object, or a function that returns one',
)

const TARGET_NAMES = namesOf<Target>({
  framework: true,
  server: true,
  version: true,
  statedVersion: true,
  variant: true,
  model: true,
  recipe: true,
  extraBody: true,
  connection: true,
  endpoint: true,
  secrets: true,
})

/** A `url` that is laid over a target is read by nobody: the simulated engine would be benched instead. */
function isTarget(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'endpoint' in value &&
    Object.keys(value).every((name) => TARGET_NAMES.includes(name))
  )
}

const Matrix = z.strictObject({
  targets: z.array(target, 'an array of targets, such as [vllm()]'),
  requestRates: z.array(rateOrAll, 'an array of rates, such as [1, 5, Infinity]'),
  load: objectOrFunction,
  slo: objectOrFunction.optional(),
  baseline: flag.optional(),
})

/** The same for the matrix of `describeServing`. */
export function checkMatrix(name: string, matrix: unknown): void {
  const example = "describeServing('chat', { targets: [vllm()], requestRates: [5], load: { numPrompts: 300 } })"
  checkOptions(matrix, Matrix, { of: 'describeServing', code: 'bad-load', example })
  const { targets, requestRates } = matrix as z.infer<typeof Matrix>
  if (targets.length > 0 && requestRates.length > 0) return
  throw new BenchError(`describeServing(${JSON.stringify(name)}) has no targets or no request rates.`, {
    code: 'bad-load',
    remedy: 'Give at least one of each: an empty matrix would pass without having measured anything.',
  })
}

const Capacity = z.strictObject({
  target,
  slo: objects,
  load: objectOrFunction.optional(),
  min: rate.optional(),
  from: rate.optional(),
  to: rate.optional(),
  resolution: z.number('a number from 0.01 to 1').min(0.01, 'at least 0.01').max(1, 'at most 1').optional(),
  requestRates: z
    .union([z.enum(['search', 'sweep']), z.array(rate).min(1)], '"search", "sweep" or an array of rates')
    .optional(),
})

/** The same for the name and the options of `findCapacity`. */
export function checkCapacity(name: unknown, options: unknown): void {
  const example = "findCapacity('chat', { target: vllm(), slo: { ttft: { p99: 400 } } })"
  requireName(name, 'findCapacity', example)
  checkOptions(options, Capacity, { of: 'findCapacity', code: 'bad-load', example })
  const { min = 1, from = min, to = Infinity } = options as { min?: number; from?: number; to?: number }
  if (from <= to) return
  throw new BenchError(`findCapacity would begin at ${from} req/s, above its option to, ${to} req/s.`, {
    code: 'bad-load',
    remedy: 'Raise `to`, or give a lower `from`, which is `min` unless it is given.',
  })
}

const Comparison = z.strictObject({
  baseline: target,
  candidate: target,
  requestRates: z.array(rateOrAll, 'an array of rates').min(1, 'at least one rate'),
  load: objectOrFunction.optional(),
  margins: objects.optional(),
})

/** The same for the name and the options of `compareVersions`. */
export function checkComparison(name: unknown, options: unknown): void {
  const example =
    "compareVersions('upgrade', { baseline: vllm({ version: '0.6.3' }), candidate: vllm(), requestRates: [5] })"
  requireName(name, 'compareVersions', example)
  checkOptions(options, Comparison, { of: 'compareVersions', code: 'bad-load', example })
}

/** These functions began with a target or with options once: an old call must not be read as something else. */
function requireName(name: unknown, where: string, example: string): void {
  if (typeof name === 'string') return
  throw new BenchError(`${where} begins with a name, as describe() does, and was given ${show(name)}.`, {
    code: 'bad-load',
    remedy: `Write for instance ${example}.`,
  })
}

/** All stages of the regression rule; of simulated targets too, fewer leave real changes open. */
const DEFAULT_BASELINE_TRIALS = STAGE_PAIRS[1] + STAGE_PAIRS[2] + STAGE_PAIRS[3]
const FEWEST_BASELINE_TRIALS = STAGE_PAIRS[1] + STAGE_PAIRS[2]

/** The option `baselineTrials`, or its default. BenchError `bad-baseline` for anything but a whole number from 8 to 1000. */
export function checkBaselineTrials(trials: unknown = DEFAULT_BASELINE_TRIALS): number {
  if (
    typeof trials === 'number' &&
    Number.isInteger(trials) &&
    trials >= FEWEST_BASELINE_TRIALS &&
    trials <= MOST_TRIALS
  )
    return trials
  throw new BenchError(`The option baselineTrials of servingBench() is ${show(trials)}.`, {
    code: 'bad-baseline',
    remedy: `It must be a whole number from ${FEWEST_BASELINE_TRIALS} to ${MOST_TRIALS}: ${STAGE_PAIRS[1]} trials find suspects, ${STAGE_PAIRS[2]} more confirm them, with fewer nothing could ever fail, and each is kept with its requests.`,
  })
}

const DAY_MS = 86_400_000
const LONGEST_DAYS = 24

/** A rate that is far too low would run for ever. Throws BenchError `bad-load`. */
export function checkLength({ offsets }: Workload): void {
  const days = (offsets.at(-1) ?? 0) / DAY_MS
  if (days <= LONGEST_DAYS) return
  throw new BenchError(`The last of ${offsets.length} requests would be due after ${days.toPrecision(3)} days.`, {
    code: 'bad-load',
    remedy: 'Raise requestRate or lower numPrompts.',
  })
}
