import type { EngineProfile } from './profile.ts'

type Linear = EngineProfile['cost']['linear']

/** By how much each kind of work in the linear layers takes longer. */
export interface LinearFactors {
  /** Reading the weights, and turning 4-bit weights into 16-bit ones. */
  readonly reading: number
  /** Arithmetic per token. */
  readonly arithmetic: number
  /** The flat cost of a tiled product, which is neither alone. */
  readonly tiles: number
}

/** The linear layers of another engine of the same kind. */
export function scaleLinear(linear: Linear, by: LinearFactors): Linear {
  const weightReadMs = linear.weightReadMs * by.reading
  switch (linear.kind) {
    case 'dense':
      return { ...linear, weightReadMs, tokenMs: linear.tokenMs * by.arithmetic }
    case 'fused-4bit': {
      const { dense } = linear
      return {
        ...linear,
        weightReadMs,
        fusedTokenMs: linear.fusedTokenMs * by.arithmetic,
        dequantiseMs: linear.dequantiseMs * by.reading,
        dense: {
          ...dense,
          weightReadMs: dense.weightReadMs * by.reading,
          tokenMs: dense.tokenMs * by.arithmetic,
        },
      }
    }
    case 'low-batch':
      return {
        ...linear,
        weightReadMs,
        tiledMs: linear.tiledMs * by.tiles,
        prefillTokenMs: linear.prefillTokenMs * by.arithmetic,
      }
  }
}
