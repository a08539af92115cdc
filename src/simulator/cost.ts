import type { Ms } from '../base/units.ts'
import type { Dense, EngineProfile } from './profile.ts'

/** What one iteration has to do. */
export interface IterationWork {
  readonly decodeSequences: number
  readonly prefillSequences: number
  readonly prefillTokens: number
  /** Tokens that decoding sequences, and later chunks of a prompt, read from the KV cache. */
  readonly contextTokens: number
}

/**
 * How long one iteration takes, before slowdown and noise.
 *
 * That vLLM pads decoding batches to its captured graphs (1, 2, 4, 8, 16, 24, ...) needs no term: the steps of the dense
 * cost, above 8 rows and at multiples of 64, are the same for padded rows.
 */
export function iterationMs({ cost }: EngineProfile, work: IterationWork): Ms {
  const hasPrefill = work.prefillSequences > 0
  const gpu =
    cost.iterationMs +
    (hasPrefill ? cost.prefillMs : 0) +
    linearMs(cost.linear, work.decodeSequences + work.prefillTokens, hasPrefill) +
    cost.kvReadTokenMs * work.contextTokens
  const host = cost.sequenceMs * (work.decodeSequences + work.prefillSequences)
  return cost.overlapSharpness === null ? gpu + host : smoothMax(gpu, host, cost.overlapSharpness)
}

function linearMs(linear: EngineProfile['cost']['linear'], rows: number, hasPrefill: boolean): Ms {
  switch (linear.kind) {
    case 'dense':
      return denseMs(linear, rows)
    case 'fused-4bit':
      return rows < linear.fusedRows
        ? smoothMax(linear.weightReadMs, rows * linear.fusedTokenMs, linear.dense.sharpness)
        : linear.dequantiseMs + denseMs(linear.dense, rows)
    case 'low-batch':
      if (hasPrefill) return Math.max(linear.tiledMs, rows * linear.prefillTokenMs)
      if (rows === 1) return linear.weightReadMs
      if (rows > linear.lowBatchRows) return linear.tiledMs
      return linear.groupFactor * linear.weightReadMs * Math.ceil(rows / linear.groupRows)
  }
}

function denseMs({ weightReadMs, above8, tokenMs, sharpness }: Dense, rows: number): Ms {
  return smoothMax(weightReadMs * (rows > 8 ? 1 + above8 : 1), Math.ceil(rows / 64) * 64 * tokenMs, sharpness)
}

function smoothMax(a: number, b: number, sharpness: number): number {
  return (a ** sharpness + b ** sharpness) ** (1 / sharpness)
}
