import { BenchError } from '../base/errors.ts'
import type { Tokens } from '../base/units.ts'
import { type BlockKeys, createBlockKeys } from './block-keys.ts'
import { type KvBlocks, tokensToAdmit } from './kv-blocks.ts'
import type { EngineProfile } from './profile.ts'
import type { Sequence } from './sequence.ts'

interface Block {
  /** Names the tokens in it and all before them; null until they have been computed. */
  key: number | null
  /** How many sequences hold it. */
  users: number
}

interface Holding {
  /** Null where the tokens are not known: nothing of the sequence is found, now or later. */
  readonly keys: BlockKeys | null
  readonly blocks: Block[]
  /** How many of the blocks, from the first, have their key. */
  named: number
}

/**
 * The KV cache of vLLM V1 with its prefix cache (`block_pool.py`, `kv_cache_manager.py`): a block keeps what was computed
 * when its sequences have gone, and a prompt that begins with the same tokens takes it over.
 *
 * Free blocks form one queue: those without a key in front, those with one behind them, the last used at the very end.
 * Allocation takes the front, so blocks without a key need only be counted. Two sequences that compute the same beside
 * each other have a block each with the same key; nothing is merged, and the older block is found.
 *
 * Throws BenchError `bad-profile` where the cache's blocks are not the scheduler's.
 */
export function createPrefixCache(scheduler: EngineProfile['scheduler']): KvBlocks {
  checkBlockTokens(scheduler)
  const { blocks: total, blockTokens, watermark, reservation } = scheduler
  const kept = Math.floor(total * watermark)
  const holdings = new WeakMap<Sequence, Holding>()
  /** Blocks with a key, oldest first where several have the same. */
  const known = new Map<number, Set<Block>>()
  /** Those of them that nobody holds, in the order in which they are overwritten. */
  const idle = new Set<Block>()
  let keyless = total
  let queries: Tokens = 0
  let hits: Tokens = 0

  const free = (): number => keyless + idle.size
  const blocksFor = (tokens: Tokens): number => Math.ceil(tokens / blockTokens)

  const holdingOf = (sequence: Sequence): Holding => {
    let holding = holdings.get(sequence)
    if (holding === undefined) {
      const keys = sequence.ids === null ? null : createBlockKeys(sequence.ids, blockTokens)
      holding = { keys, blocks: [], named: 0 }
      holdings.set(sequence, holding)
    }
    return holding
  }

  const takeNew = (): Block => {
    if (keyless > 0) keyless--
    else {
      const oldest = first(idle)
      idle.delete(oldest)
      const same = known.get(oldest.key!)!
      same.delete(oldest)
      if (same.size === 0) known.delete(oldest.key!)
    }
    return { key: null, users: 1 }
  }

  const extend = (sequence: Sequence, { blocks }: Holding, needed: number): void => {
    while (blocks.length < needed) blocks.push(takeNew())
    sequence.blocks = blocks.length
  }

  const keep = (sequence: Sequence, computed: Tokens): void => {
    const holding = holdingOf(sequence)
    const { keys, blocks } = holding
    if (keys === null) return
    for (const full = Math.floor(computed / blockTokens); holding.named < full; holding.named++) {
      const key = keys(holding.named)
      const block = blocks[holding.named]!
      block.key = key
      const same = known.get(key)
      if (same === undefined) known.set(key, new Set([block]))
      else same.add(block)
    }
  }

  return {
    total,
    free,
    find: (sequence) => {
      const { keys } = holdingOf(sequence)
      if (keys === null) return 0
      // The last token is always computed, since the next one comes of it.
      const most = Math.floor((sequence.promptTokens + sequence.generated - 1) / blockTokens)
      let found = 0
      while (found < most && known.has(keys(found))) found++
      return found * blockTokens
    },
    admit: (sequence, cached) => {
      const holding = holdingOf(sequence)
      const found = Array.from({ length: cached / blockTokens }, (_, i) => first(known.get(holding.keys!(i))!))
      const needed = blocksFor(tokensToAdmit(reservation, sequence))
      const idleFound = found.filter(({ users }) => users === 0).length
      if (free() - idleFound - (needed - found.length) < kept) return false
      for (const block of found) {
        if (block.users++ === 0) idle.delete(block)
        holding.blocks.push(block)
      }
      holding.named = found.length
      extend(sequence, holding, needed)
      if (sequence.cachedTokens === null) {
        sequence.cachedTokens = cached
        queries += sequence.promptTokens
        hits += cached
      }
      return true
    },
    grow: (sequence) => {
      const holding = holdingOf(sequence)
      const tokens = sequence.promptTokens + sequence.generated
      const needed = blocksFor(tokens)
      if (free() < needed - holding.blocks.length) return false
      extend(sequence, holding, needed)
      if (sequence.toPrefill === 0) keep(sequence, tokens)
      return true
    },
    keep,
    release: (sequence) => {
      const holding = holdingOf(sequence)
      // The tail first: without the blocks before it nobody can use it.
      for (const block of holding.blocks.toReversed()) {
        if (--block.users > 0) continue
        if (block.key === null) keyless++
        else idle.add(block)
      }
      holding.blocks.length = 0
      holding.named = 0
      sequence.blocks = 0
    },
    prefixCache: () => ({ queries, hits }),
    reset: () => {
      if (free() < total) return false
      known.clear()
      idle.clear()
      keyless = total
      return true
    },
  }
}

function checkBlockTokens({ blockTokens, prefixCache }: EngineProfile['scheduler']): void {
  if (prefixCache?.blockTokens === blockTokens) return
  throw new BenchError(
    `The prefix cache has blocks of ${prefixCache?.blockTokens} tokens, and the scheduler of ${blockTokens}.`,
    { code: 'bad-profile', remedy: 'Give both the same blockTokens: what is found again is a block of the KV cache.' },
  )
}

const first = <T>(set: ReadonlySet<T>): T => set.values().next().value as T
