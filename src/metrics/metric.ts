import * as z from 'zod'
import type { Ms } from '../base/units.ts'
import type { RequestRecord } from '../record.ts'
import { Distribution, distribution } from '../stats/distribution.ts'
import type { Statistic } from './statistic.ts'

export type Unit = 'ms' | '1/s' | 'tokens/s' | 'tokens' | 'requests' | 'share'

/** Values by the ids of their metrics: what `Metrics` is, to a metric that reads its own. */
export type MetricValues = Readonly<Record<string, Distribution | number | null>>

/** What metrics are made of: the requests of a case, in all its trials. */
export interface MeasuredLoad {
  /** One array a trial: all requests but those that filled the batch. */
  readonly trials: readonly (readonly RequestRecord[])[]
  /** Of all trials; those that filled the batch are here if they failed. */
  readonly counted: readonly RequestRecord[]
  /** Of `counted`, those that completed. */
  readonly completed: readonly RequestRecord[]
  /** Summed over the trials. */
  readonly durationMs: Ms
  /** Whether a completed request was good enough; null where no objectives were given. */
  readonly meetsObjectives: ((record: RequestRecord) => boolean) | null
}

/** What any reader of a number needs to know of it. */
interface MetricFacts<Id extends string> {
  /** The key in `Metrics`, and the name in an SLO. */
  readonly id: Id
  readonly label: string
  readonly unit: Unit
  readonly better: 'lower' | 'higher'
  /** In words; null when every run has it. */
  readonly absentWhen: string | null
}

/** Requests that must have had a value, and did not show it. */
export interface UnseenValue {
  /** `no-text`: tokens and no text. `no-pace`: output in too few pieces to show its pace. */
  readonly why: 'no-text' | 'no-pace'
  /** Of a completed request. */
  of(record: RequestRecord): boolean
}

/** A metric made of times that single requests contribute. It is null when no request gave one. */
export interface SampleMetric<Id extends string = string> extends MetricFacts<Id> {
  readonly kind: 'distribution'
  readonly unit: 'ms'
  /** An SLO may limit its statistics. */
  readonly objective: 'statistics'
  readonly schema: z.ZodNullable<typeof Distribution>
  /** The samples of one request, in ms; empty when it has none. Only completed requests contribute, unless told. */
  samples(record: RequestRecord): readonly number[]
  /**
   * What an objective on a percentile rests on: `requests`, each of which has one such time, shows it with confidence; `point` is
   * a comparison of one number with its limit.
   */
  readonly evidence: 'requests' | 'point'
  /** Whether a failed request counts as one that never got there, so that it exceeds any limit. */
  readonly failedIsEndless: boolean
  /** Null where every request that can have the time shows it. */
  readonly unseen: UnseenValue | null
  /** The error of the client, as calibrated, that is in it; null for what is no time of a server. */
  readonly clientError: 'ttft' | 'tpot' | 'itl' | null
  /** Over all trials. */
  summarise(load: MeasuredLoad): Distribution | null
  /** All of it; null when it was not measured. */
  of(metrics: MetricValues): Distribution | null
  /** One number of it: the mean where no statistic is named. */
  read(metrics: MetricValues, statistic: Statistic | null): number | null
}

/** A metric that is one value for the run. */
export interface NumberMetric<
  Id extends string = string,
  Objective extends 'bounds' | null = 'bounds' | null,
  Schema extends z.ZodType<number | null> | null = z.ZodType<number | null> | null,
> extends MetricFacts<Id> {
  readonly kind: 'number'
  /** `bounds`: an SLO may state a minimum or a maximum of it. Null: it may not speak of it. */
  readonly objective: Objective
  /** Null for one that is no value of a report, because it follows from others. */
  readonly schema: Schema
  /** Over all trials. */
  summarise(load: MeasuredLoad): number | null
  /** Null when it was not measured. */
  of(metrics: MetricValues): number | null
  /** The same, as latencies are read. */
  read(metrics: MetricValues, statistic: null): number | null
}

export type Metric = SampleMetric | NumberMetric

/** A latency: its samples are those of all requests, in one distribution. */
export function sampleMetric<const Id extends string>(
  definition: Omit<SampleMetric<Id>, 'kind' | 'unit' | 'objective' | 'schema' | 'summarise' | 'of' | 'read'>,
): SampleMetric<Id> {
  const of = (metrics: MetricValues): Distribution | null => {
    const value = metrics[definition.id]
    return typeof value === 'object' ? value : null
  }
  return {
    ...definition,
    kind: 'distribution',
    unit: 'ms',
    objective: 'statistics',
    schema: Distribution.nullable(),
    summarise: ({ counted }) => distributionOf(counted.map((record) => definition.samples(record))),
    of,
    read: (metrics, statistic) => of(metrics)?.[statistic ?? 'mean'] ?? null,
  }
}

/** One number; it stands in the report under its id, unless it says how it is read from the others. */
export function numberMetric<
  const Id extends string,
  const Objective extends 'bounds' | null,
  Schema extends z.ZodType<number | null> | null,
>(
  definition: Omit<NumberMetric<Id, Objective, Schema>, 'kind' | 'of' | 'read'> &
    Partial<Pick<NumberMetric<Id, Objective, Schema>, 'of'>>,
): NumberMetric<Id, Objective, Schema> {
  const stored = (metrics: MetricValues): number | null => {
    const value = metrics[definition.id]
    return typeof value === 'number' ? value : null
  }
  const { of = stored } = definition
  return { ...definition, kind: 'number', of, read: of }
}

/** Schemas of what is stored. */
export const rate = z.number().nonnegative()
export const count = z.int().nonnegative()

/** In one typed array: of ITL there are millions. */
function distributionOf(lists: readonly (readonly number[])[]): Distribution | null {
  const samples = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const list of lists) {
    samples.set(list, at)
    at += list.length
  }
  return distribution(samples)
}
