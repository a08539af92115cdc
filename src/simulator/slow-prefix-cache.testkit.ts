import type { Tokens } from '../base/units.ts'
import { type KvBlocks, tokensToAdmit } from './kv-blocks.ts'
import type { EngineProfile } from './profile.ts'
import type { Sequence } from './sequence.ts'

interface SlowBlock {
  /** All tokens from the first of the sequence to the last of the block, a letter each. */
  content: string | null
  users: number
}

/**
 * The prefix cache once more, slow and obvious: every block exists, the free ones stand in one list as vLLM V1 has them, and
 * what is in a block is written out instead of hashed. `prefix-cache.ts` must agree with it in everything.
 */
export function createSlowPrefixCache({ blocks, blockTokens, reservation }: EngineProfile['scheduler']): KvBlocks {
  /** The next to be taken first. */
  let queue = Array.from({ length: blocks }, (): SlowBlock => ({ content: null, users: 0 }))
  /** In the order in which they were filled. */
  let filled: SlowBlock[] = []
  const held = new Map<Sequence, SlowBlock[]>()
  const counts = { queries: 0, hits: 0 }

  const contentOf = ({ ids }: Sequence, block: number): string =>
    String.fromCharCode(...Array.from({ length: (block + 1) * blockTokens }, (_, position) => ids!(position)))
  const findBlock = (sequence: Sequence, block: number): SlowBlock | undefined => {
    const content = contentOf(sequence, block)
    return filled.find((each) => each.content === content)
  }
  const takeFront = (): SlowBlock => {
    const block = queue.shift()!
    filled = filled.filter((each) => each !== block)
    block.content = null
    block.users = 1
    return block
  }
  const keep = (sequence: Sequence, computed: Tokens): void => {
    for (let i = 0; (i + 1) * blockTokens <= computed; i++) {
      const block = held.get(sequence)![i]!
      if (block.content !== null) continue
      block.content = contentOf(sequence, i)
      filled.push(block)
    }
  }

  return {
    total: blocks,
    free: () => queue.length,
    find: (sequence) => {
      let found = 0
      while ((found + 1) * blockTokens <= sequence.promptTokens + sequence.generated - 1) {
        if (findBlock(sequence, found) === undefined) break
        found++
      }
      return found * blockTokens
    },
    admit: (sequence, cached) => {
      const hits = Array.from({ length: cached / blockTokens }, (_, i) => findBlock(sequence, i)!)
      const fresh = Math.ceil(tokensToAdmit(reservation, sequence) / blockTokens) - hits.length
      if (fresh + hits.filter((block) => queue.includes(block)).length > queue.length) return false
      for (const block of hits) block.users++
      queue = queue.filter((block) => !hits.includes(block))
      held.set(sequence, [...hits, ...Array.from({ length: fresh }, takeFront)])
      sequence.blocks = hits.length + fresh
      if (sequence.cachedTokens === null) {
        sequence.cachedTokens = cached
        counts.queries += sequence.promptTokens
        counts.hits += cached
      }
      return true
    },
    grow: (sequence) => {
      const tokens = sequence.promptTokens + sequence.generated
      const mine = held.get(sequence)!
      const missing = Math.ceil(tokens / blockTokens) - mine.length
      if (missing > queue.length) return false
      for (let i = 0; i < missing; i++) mine.push(takeFront())
      sequence.blocks = mine.length
      if (sequence.toPrefill === 0) keep(sequence, tokens)
      return true
    },
    keep,
    release: (sequence) => {
      const left = (held.get(sequence) ?? []).toReversed()
      for (const block of left) block.users--
      const unused = left.filter(({ users }) => users === 0)
      queue = [
        ...unused.filter(({ content }) => content === null),
        ...queue,
        ...unused.filter(({ content }) => content !== null),
      ]
      held.delete(sequence)
      sequence.blocks = 0
    },
    prefixCache: () => ({ ...counts }),
    reset: () => {
      if (queue.length < blocks) return false
      for (const block of queue) block.content = null
      filled = []
      return true
    },
  }
}
