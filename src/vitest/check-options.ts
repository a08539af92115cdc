import * as z from 'zod'
import { STAGE_PAIRS } from '../baseline/stage-pairs.ts'
import { BenchError } from '../errors.ts'
import { didYouMean } from '../slo/did-you-mean.ts'
import type { Workload } from '../workload/workload.ts'

const whole = z.int()
const waiting = z.custom<number>((value) => typeof value === 'number' && value > 0, 'a number of ms above 0')

/** Vitest does not check types, and a misspelt option would measure another load than the one that was meant. */
const Load = z.strictObject({
  requestRate: z.custom<number>(
    (value) => typeof value === 'number' && value > 0,
    'requests per second above 0, or Infinity for all at once',
  ),
  numPrompts: whole.min(1),
  dataset: z.custom<object>((value) => typeof value === 'object' && value !== null && 'sample' in value).optional(),
  arrival: z.custom<object>((value) => typeof value === 'object' && value !== null && 'offsets' in value).optional(),
  maxConcurrency: whole.min(1).optional(),
  clients: z.union([whole.min(1), z.literal('auto')], 'a number of threads, or "auto"').optional(),
  seed: whole.optional(),
  reusePrompts: z.boolean().optional(),
  trial: whole.min(0).optional(),
  trials: whole.min(1).optional(),
  warmup: z
    .union([whole.min(0), z.literal('auto'), z.literal(false)], 'a number of requests, "auto" or false')
    .optional(),
  fixedLength: z.boolean().optional(),
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
  slo: z.object().optional(),
})

const MATRIX_KEYS = ['targets', 'requestRates', 'load', 'slo', 'baseline']

/** Throws BenchError `bad-load` that names the option, its value and what it should be. */
export function checkLoad(load: object): void {
  const checked = Load.safeParse(load)
  if (checked.success) return
  const [issue] = checked.error.issues
  const place = issue?.path.join('.') ?? ''
  if (issue?.code === 'unrecognized_keys') {
    const known = place === 'timeouts' ? ['connect', 'firstByte', 'idle', 'total'] : Object.keys(Load.shape)
    throw unknownOption(issue.keys[0] ?? '', place === '' ? 'A load' : `The option ${place} of a load`, known)
  }
  const value: unknown = issue?.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)?.[key], load)
  throw new BenchError(`The option ${place} of a load is ${show(value)}.`, {
    code: 'bad-load',
    remedy: `It must be: ${issue?.message ?? 'something else'}.`,
  })
}

/** The same for the names in the matrix of `describeServing`. */
export function checkMatrix(matrix: object): void {
  const unknown = Object.keys(matrix).find((key) => !MATRIX_KEYS.includes(key))
  if (unknown !== undefined) throw unknownOption(unknown, 'describeServing', MATRIX_KEYS)
}

const rate = z.custom<number>(
  (value) => typeof value === 'number' && value > 0 && value < Infinity,
  'requests per second above 0',
)

const Capacity = z.strictObject({
  slo: z.object(),
  load: z.custom<object>((value) => typeof value === 'function' || typeof value === 'object').optional(),
  min: rate.optional(),
  from: rate.optional(),
  to: rate.optional(),
  resolution: z.number().min(0.01).max(1).optional(),
  requestRates: z.union([z.enum(['search', 'sweep']), z.array(rate).min(1)]).optional(),
})

/** The same for the options of `findCapacity`. */
export const checkCapacity = (options: object): void => checkOptions('findCapacity', Capacity, options)

const target = z.custom<object>(
  (value) => typeof value === 'object' && value !== null && 'endpoint' in value,
  'a target, such as vllm()',
)

const Comparison = z.strictObject({
  baseline: target,
  candidate: target,
  requestRates: z.array(z.custom<number>((value) => typeof value === 'number' && value > 0, 'rates above 0')).min(1),
  load: z.custom<object>((value) => typeof value === 'function' || typeof value === 'object').optional(),
  margins: z.object().optional(),
})

/** The same for the options of `compareVersions`. */
export const checkComparison = (options: object): void => checkOptions('compareVersions', Comparison, options)

function checkOptions(where: string, schema: z.ZodObject, options: object): void {
  const checked = schema.safeParse(options)
  if (checked.success) return
  const [issue] = checked.error.issues
  if (issue?.code === 'unrecognized_keys') throw unknownOption(issue.keys[0] ?? '', where, Object.keys(schema.shape))
  throw new BenchError(`The option ${issue?.path.join('.')} of ${where} is wrong.`, {
    code: 'bad-load',
    remedy: `It must be: ${issue?.message ?? 'something else'}.`,
  })
}

/** All stages of the regression rule; of simulated targets too, fewer leave real changes open. */
const DEFAULT_BASELINE_TRIALS = STAGE_PAIRS[1] + STAGE_PAIRS[2] + STAGE_PAIRS[3]
const FEWEST_BASELINE_TRIALS = STAGE_PAIRS[1] + STAGE_PAIRS[2]

/** The option `baselineTrials`, or its default. BenchError `bad-baseline` for anything but a whole number from 8. */
export function checkBaselineTrials(trials: unknown = DEFAULT_BASELINE_TRIALS): number {
  if (typeof trials === 'number' && Number.isInteger(trials) && trials >= FEWEST_BASELINE_TRIALS) return trials
  throw new BenchError(`The option baselineTrials of servingBench() is ${show(trials)}.`, {
    code: 'bad-baseline',
    remedy: `It must be a whole number from ${FEWEST_BASELINE_TRIALS}: ${STAGE_PAIRS[1]} trials find suspects, ${STAGE_PAIRS[2]} more confirm them, and with fewer nothing could ever fail.`,
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

function unknownOption(name: string, where: string, known: readonly string[]): BenchError {
  return new BenchError(`${where} has no option "${name}".`, { code: 'bad-load', remedy: didYouMean(name, known) })
}

function show(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
}
