import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { BenchError } from '../base/errors.ts'
import { decodeTimes, encodeTimes } from '../metrics/columns.ts'
import { LoadFacts, TargetFacts } from '../report.ts'
import type { Ms } from '../base/units.ts'
import { writeAtomically } from '../base/write-atomically.ts'
import type { RecordedTrial } from './recorded-trial.ts'

const BASELINE_SCHEMA = 'vitest-llm-bench/baseline@2'
/** Held the reports of one trial or a few, and no further ones to confirm a suspicion with. */
const OLD_SCHEMA = 'vitest-llm-bench/baseline@1'

const times = z.base64()

/** The accepted trials of one case. */
const BaselineFile = z.object({
  schema: z.literal(BASELINE_SCHEMA),
  case: z.string(),
  /** Version of what the metrics mean. */
  definitions: z.int(),
  acceptedAt: z.iso.datetime(),
  /** What it was measured on; null for a simulated engine, which is as fast on any machine. */
  hardware: z.string().nullable(),
  target: TargetFacts.pick({
    framework: true,
    version: true,
    variant: true,
    model: true,
    simulated: true,
    sampling: true,
  }),
  load: LoadFacts.pick({
    requestRate: true,
    numPrompts: true,
    arrival: true,
    dataset: true,
    maxConcurrency: true,
    nonceTokens: true,
  }),
  trials: z
    .array(
      z.object({
        seed: z.int(),
        digest: z.string(),
        /** As in a report: base64 of uint16 log codes, 65535 where a request has no such time. */
        ttft: times,
        tpot: times,
        e2eLatency: times,
      }),
    )
    .min(1),
})

type Facts = Omit<z.infer<typeof BaselineFile>, 'schema' | 'trials'>

/** What was accepted of a case. */
export interface Baseline extends Readonly<Facts> {
  readonly trials: readonly RecordedTrial[]
}

/**
 * The accepted trials of a case; null when the file does not exist.
 *
 * Synchronous, because a matcher that must be awaited is a matcher that gets forgotten. BenchError `bad-baseline`, naming the
 * file and the field, when it is not what `writeBaseline` wrote.
 */
export function readBaseline(path: string): Baseline | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw badBaseline(path, 'cannot be read', error)
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw badBaseline(path, 'is not JSON', error)
  }
  if (typeof json === 'object' && json !== null && 'schema' in json && json.schema === OLD_SCHEMA) {
    throw new BenchError(
      `The baseline ${path} is of an older format, which has too few trials to tell a change from noise.`,
      {
        code: 'bad-baseline',
        remedy: 'Accept the current run with `vitest bench -u`.',
      },
    )
  }
  const parsed = BaselineFile.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const what = `is not a ${BASELINE_SCHEMA} file (${issue?.path.join('.')}: ${issue?.message})`
    throw badBaseline(path, what, parsed.error)
  }
  const { schema: _schema, trials, ...facts } = parsed.data
  const decode = (text: string): Ms[] => decodeTimes(text).map((time) => time ?? NaN)
  return {
    ...facts,
    trials: trials.map(({ ttft, tpot, e2eLatency, ...trial }) => ({
      ...trial,
      ttft: decode(ttft),
      tpot: decode(tpot),
      e2eLatency: decode(e2eLatency),
    })),
  }
}

/**
 * Replaces the baseline in one step, by renaming a finished file: whoever reads meanwhile sees the old or the new one.
 * Makes the folder if need be.
 */
export function writeBaseline(path: string, { trials, ...facts }: Baseline): void {
  const encode = (column: readonly Ms[]): string =>
    encodeTimes(column.map((time) => (Number.isNaN(time) ? null : time)))
  const file = BaselineFile.parse({
    schema: BASELINE_SCHEMA,
    ...facts,
    trials: trials.map(({ ttft, tpot, e2eLatency, ...trial }) => ({
      ...trial,
      ttft: encode(ttft),
      tpot: encode(tpot),
      e2eLatency: encode(e2eLatency),
    })),
  })
  writeAtomically(path, `${JSON.stringify(file, null, 2)}\n`)
}

function badBaseline(path: string, what: string, cause: unknown): BenchError {
  return new BenchError(`The baseline ${path} ${what}.`, {
    code: 'bad-baseline',
    remedy: 'Take it back from version control, or accept the current run with `vitest bench -u`.',
    cause,
  })
}
