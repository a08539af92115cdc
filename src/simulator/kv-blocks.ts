import type { Tokens } from '../base/units.ts'
import type { EngineProfile } from './profile.ts'
import type { Sequence } from './sequence.ts'

/** How much of the prompts was looked up in a prefix cache since the start, and how much of that was found. */
export interface PrefixCounts {
  readonly queries: Tokens
  readonly hits: Tokens
}

/** The KV cache, in blocks. What is free and what the sequences hold always adds up to `total`. */
export interface KvBlocks {
  readonly total: number
  free(): number
  /** How many tokens of `sequence`, from the first, need no prefill, because a prefix cache has them. */
  find(sequence: Sequence): Tokens
  /**
   * Takes the blocks that a prefill needs, among them those of the `cached` tokens that were just found, and leaves the
   * watermark free. False, and nothing taken, if they are not there.
   */
  admit(sequence: Sequence, cached: Tokens): boolean
  /** Makes room for the token to come. False, and nothing taken, if there is none. */
  grow(sequence: Sequence): boolean
  /** The first `computed` tokens of `sequence` are there after this iteration: others of the same iteration may use them. */
  keep(sequence: Sequence, computed: Tokens): void
  release(sequence: Sequence): void
  /** Null without a prefix cache. */
  prefixCache(): PrefixCounts | null
  /** Empties the prefix cache. False, and nothing forgotten, while any block is in use. */
  reset(): boolean
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
    find: () => 0,
    admit: (sequence) => take(sequence, tokensToAdmit(reservation, sequence), kept),
    grow: (sequence) => take(sequence, sequence.promptTokens + sequence.generated, 0),
    keep: () => {},
    release: (sequence) => {
      free += sequence.blocks
      sequence.blocks = 0
    },
    prefixCache: () => null,
    reset: () => free === blocks,
  }
}

/** For how many tokens a sequence must find room before its prefill. */
export function tokensToAdmit(
  reservation: EngineProfile['scheduler']['reservation'],
  { promptTokens, generated, maxTokens }: Sequence,
): Tokens {
  return promptTokens + (reservation === 'grow' ? generated : maxTokens)
}
