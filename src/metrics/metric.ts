import type { RequestRecord } from '../record.ts'

/** What a reader needs to know of any number we print. */
export interface Metric {
  /** The key in `RunReport.metrics`, and the name in an SLO. */
  readonly id: string
  readonly label: string
  readonly unit: 'ms' | '1/s' | 'tokens/s' | 'tokens' | 'requests' | 'share'
  readonly better: 'lower' | 'higher'
  /** `distribution` has percentiles and is null when no request gave a sample; `number` is one value for the run. */
  readonly kind: 'distribution' | 'number'
  /** In words; null when every run has it. */
  readonly absentWhen: string | null
}

/** A metric made of samples that single requests contribute. */
export interface SampleMetric extends Metric {
  readonly kind: 'distribution'
  readonly unit: 'ms'
  /** The samples of one request, in ms; empty when it has none. Only completed requests contribute, unless told. */
  samples(record: RequestRecord): readonly number[]
}
