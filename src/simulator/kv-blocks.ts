import type { Tokens } from '../units.ts'
import type { EngineProfile } from './profile.ts'
import type { Sequence } from './sequence.ts'

/** The KV cache, in blocks. What is free and what the sequences hold always adds up to `total`. */
export interface KvBlocks {
  readonly total: number
  free(): number
  /** Takes the blocks that a prefill needs, and leaves the watermark free. False, and nothing taken, if they are not there. */
  admit(sequence: Sequence): boolean
  /** Makes room for the token to come. False, and nothing taken, if there is none. */
  grow(sequence: Sequence): boolean
  release(sequence: Sequence): void
}

export function createKvBlocks({ blocks, blockTokens, watermark, reservation }: EngineProfile['scheduler']): KvBlocks {
  let free = blocks
  const kept = Math.floor(blocks * watermark)
  const blocksFor = (tokens: Tokens): number => Math.ceil(tokens / blockTokens)

  /** Takes what `sequence` lacks to hold `tokens`, if at least `spare` blocks stay free. */
  const take = (sequence: Sequence, tokens: Tokens, spare: number): boolean => {
    const missing = blocksFor(tokens) - sequence.blocks
    if (missing <= 0) return true
    if (free - missing < spare) return false
    free -= missing
    sequence.blocks += missing
    return true
  }

  return {
    total: blocks,
    free: () => free,
    admit: (sequence) =>
      take(sequence, sequence.promptTokens + (reservation === 'grow' ? sequence.generated : sequence.maxTokens), kept),
    grow: (sequence) => take(sequence, sequence.promptTokens + sequence.generated, 0),
    release: (sequence) => {
      free += sequence.blocks
      sequence.blocks = 0
    },
  }
}
