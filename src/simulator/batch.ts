import type { KvBlocks } from './kv-blocks.ts'
import type { EngineProfile } from './profile.ts'
import type { Tokens } from '../base/units.ts'
import type { Sequence } from './sequence.ts'

/** What a scheduler decides on. It changes the queues and the blocks, nothing else. */
export interface Queues {
  readonly limits: EngineProfile['scheduler']
  readonly kv: KvBlocks
  /** Oldest first; the preempted at the head. */
  readonly waiting: Sequence[]
  /** In the order of admission. */
  readonly running: Sequence[]
  preemptions: number
}

/** What one iteration does of a prompt: all of it, or a chunk. */
export interface Prefill {
  readonly sequence: Sequence
  /** At most `sequence.toPrefill`; with all of them comes the next token. */
  readonly tokens: Tokens
}

/** The sequences of one iteration. All of them are running. */
export interface Batch {
  readonly prefill: readonly Prefill[]
  readonly decode: readonly Sequence[]
}

/** Decides who takes part in the next iteration. */
export type SchedulerPolicy = (queues: Queues) => Batch

/**
 * Admits waiting sequences in order, until one does not fit: nobody overtakes. Of a prompt longer than what is left of
 * the budget, `in-chunks` takes a part; what a prefix cache has of it counts for nothing. Returns what is to be prefilled now.
 */
export function admitWaiting(queues: Queues, tokenBudget: Tokens, prompts: 'whole' | 'in-chunks' = 'whole'): Prefill[] {
  const { waiting, running, limits, kv } = queues
  const admitted: Prefill[] = []
  let budget = tokenBudget
  while (running.length < limits.maxSequences && budget > 0) {
    const next = waiting[0]
    if (next === undefined) break
    const cached = kv.find(next)
    const all = next.promptTokens + next.generated - cached
    const tokens = prompts === 'whole' ? all : Math.min(all, budget)
    if (tokens > budget || !kv.admit(next, cached)) break
    budget -= tokens
    waiting.shift()
    running.push(next)
    next.toPrefill = all
    admitted.push(prefill(queues, next, tokens))
  }
  return admitted
}

/** The next `tokens` of the prompt of a running sequence; the blocks that they fill can be found from now on. */
export function prefill({ kv }: Queues, sequence: Sequence, tokens: Tokens): Prefill {
  kv.keep(sequence, sequence.promptTokens + sequence.generated - sequence.toPrefill + tokens)
  return { sequence, tokens }
}

/**
 * Makes room for one more token of every running sequence, oldest first. While there is none, the last one is
 * preempted: it loses its blocks, goes to the head of the queue and will be recomputed.
 */
export function growRunning(queues: Queues): void {
  const { waiting, running, kv } = queues
  for (let i = 0; i < running.length; i++) {
    while (i < running.length && !kv.grow(running[i]!)) {
      const victim = running.pop()!
      kv.release(victim)
      waiting.unshift(victim)
      queues.preemptions++
    }
  }
}
