import { BenchError } from '../base/errors.ts'
import type { Ms, Tokens } from '../base/units.ts'
import type { Batch, Queues, SchedulerPolicy } from './batch.ts'
import { chunkedPrefill } from './chunked-prefill.ts'
import { iterationMs } from './cost.ts'
import { createKvBlocks, type PrefixCounts } from './kv-blocks.ts'
import { mixed } from './mixed.ts'
import { prefillFirst } from './prefill-first.ts'
import { createPrefixCache } from './prefix-cache.ts'
import type { EngineProfile } from './profile.ts'
import type { EngineRequest, Sequence } from './sequence.ts'
import { createSpeedNoise } from './speed-noise.ts'

/** Why an answer ended: the longest allowed length, or the model's own end. Null while it goes on. */
export type FinishReason = 'length' | 'stop'

/** Hears of one token of request `id`; `finish` comes with the last one. */
export type TokenListener = (id: number, finish: FinishReason | null) => void

export interface EngineStats {
  readonly running: number
  /** Seen by the server and without a place in the batch. */
  readonly waiting: number
  /** Share of the KV blocks in use, 0 to 1. */
  readonly kvUsage: number
  /** Since the start. */
  readonly preemptions: number
  /** Null without a prefix cache. */
  readonly prefixCache: PrefixCounts | null
  /** It ran out of memory: there will be no further token, and nobody is told. */
  readonly dead: boolean
}

/** What an engine tells of a request that was submitted. */
export interface Submitted {
  /** Of its prompt, found in the prefix cache; null until it is admitted, and in an engine without one. */
  readonly cachedTokens: Tokens | null
}

/**
 * A continuous-batching engine as a discrete-event model. It owns no clock: whoever drives it says when an iteration
 * starts, and ends it when the time has come.
 */
export interface Engine {
  /** A request arrives at `now`. Throws BenchError `bad-load` where it is longer than the context. */
  submit(request: EngineRequest, now: Ms): Submitted
  /** Its place comes free with the next iteration; no token of it is told any more. Unknown ids are ignored. */
  cancel(id: number): void
  /** When the next request becomes visible to the scheduler; null if none is on its way, or the engine is dead. */
  nextArrivalAt(): Ms | null
  /** Begins an iteration at `now` and returns when it ends; null if there is nothing to do, or nobody alive to do it. */
  startIteration(now: Ms): Ms | null
  /** Ends the iteration that was begun: tells its tokens, in the order of the batch. */
  endIteration(onToken: TokenListener): void
  stats(): EngineStats
  /** Empties the prefix cache. False, and nothing is forgotten, while any request holds blocks. */
  resetPrefixCache(): boolean
}

const POLICIES: Readonly<Record<EngineProfile['scheduler']['policy'], SchedulerPolicy>> = {
  'prefill-first': prefillFirst,
  mixed,
  'chunked-prefill': chunkedPrefill,
}

export function createEngine(profile: EngineProfile, seed: number): Engine {
  const { ingress, scheduler } = profile
  const kv = scheduler.prefixCache ? createPrefixCache(scheduler) : createKvBlocks(scheduler)
  const queues: Queues = { limits: scheduler, kv, waiting: [], running: [], preemptions: 0 }
  const { waiting, running } = queues
  const schedule = POLICIES[scheduler.policy]
  const noise = createSpeedNoise(profile.speedNoise, seed)
  const alive = new Map<number, Sequence>()
  /** Not yet visible to the scheduler, by `visibleAt`. */
  const arriving: Sequence[] = []
  let batch: Batch = { prefill: [], decode: [] }
  let endsAt: Ms = 0
  let hasCancelled = false
  let dead = false

  const arrive = (sequence: Sequence): void => {
    let at = arriving.length
    while (at > 0 && arriving[at - 1]!.visibleAt > sequence.visibleAt) at--
    arriving.splice(at, 0, sequence)
  }

  /** Lets in what has become visible by `now`; without a free slot, a polling server asks again later. */
  const letIn = (now: Ms): void => {
    while (arriving.length > 0 && arriving[0]!.visibleAt <= now) {
      const sequence = arriving.shift()!
      if (ingress.pollMs !== null && running.length + waiting.length >= scheduler.maxSequences) {
        sequence.visibleAt += ingress.pollMs
        arrive(sequence)
      } else waiting.push(sequence)
    }
  }

  const dropCancelled = (): void => {
    for (const queue of [arriving, waiting, running]) {
      for (const sequence of queue) if (sequence.cancelled) kv.release(sequence)
      retain(queue, (sequence) => !sequence.cancelled)
    }
    hasCancelled = false
  }

  const advance = (sequence: Sequence, onToken: TokenListener): void => {
    if (sequence.cancelled) return
    const finish = finishReason(sequence, ++sequence.generated)
    if (finish !== null) alive.delete(sequence.id)
    onToken(sequence.id, finish)
  }

  return {
    submit: ({ id, promptTokens, maxTokens, stopAfter = Infinity, ids = null }, now) => {
      if (promptTokens + maxTokens > profile.contextTokens)
        throw new BenchError(
          `A request of ${promptTokens} + ${maxTokens} tokens does not fit in the context of ${profile.contextTokens}.`,
          { code: 'bad-load', remedy: 'Shorten the prompt or ask for fewer tokens.' },
        )
      const visibleAt = now + ingress.requestMs + ingress.perRunningMs * running.length
      const sequence: Sequence = {
        id,
        promptTokens,
        maxTokens,
        stopAfter,
        ids,
        visibleAt,
        generated: 0,
        toPrefill: 0,
        blocks: 0,
        cachedTokens: null,
        cancelled: false,
      }
      alive.set(id, sequence)
      arrive(sequence)
      return sequence
    },
    cancel: (id) => {
      const sequence = alive.get(id)
      if (sequence === undefined) return
      sequence.cancelled = true
      hasCancelled = true
      alive.delete(id)
    },
    nextArrivalAt: () => (dead ? null : (arriving[0]?.visibleAt ?? null)),
    startIteration: (now) => {
      if (dead) return null
      if (hasCancelled) dropCancelled()
      letIn(now)
      batch = schedule(queues)
      if (batch.prefill.length + batch.decode.length === 0) return null
      dead = !fitsMemory(scheduler.workspace, running.length)
      if (dead) return null
      let prefillTokens = 0
      let contextTokens = 0
      for (const { sequence, tokens } of batch.prefill) {
        prefillTokens += tokens
        // A later chunk reads what the earlier ones left in the cache, and the first one what others did.
        contextTokens += sequence.promptTokens + sequence.generated - sequence.toPrefill
      }
      for (const { promptTokens, generated } of batch.decode) contextTokens += promptTokens + generated
      const duration = iterationMs(profile, {
        decodeSequences: batch.decode.length,
        prefillSequences: batch.prefill.length,
        prefillTokens,
        contextTokens,
      })
      endsAt = now + noise(duration * profile.slowdown, now)
      return endsAt
    },
    endIteration: (onToken) => {
      // Slots that come free now were not free for those who asked during the iteration.
      letIn(endsAt)
      for (const { sequence, tokens } of batch.prefill) {
        sequence.toPrefill -= tokens
        if (sequence.toPrefill === 0) advance(sequence, onToken)
      }
      for (const sequence of batch.decode) advance(sequence, onToken)
      retain(running, (sequence) => {
        const goesOn = finishReason(sequence, sequence.generated) === null
        if (!goesOn) kv.release(sequence)
        return goesOn
      })
    },
    stats: () => ({
      running: running.length,
      waiting: waiting.length + arriving.length,
      kvUsage: 1 - kv.free() / kv.total,
      preemptions: queues.preemptions,
      prefixCache: kv.prefixCache(),
      dead,
    }),
    resetPrefixCache: kv.reset,
  }
}

function finishReason({ stopAfter, maxTokens }: Sequence, generated: number): FinishReason | null {
  if (generated >= stopAfter) return 'stop'
  return generated >= maxTokens ? 'length' : null
}

function fitsMemory(workspace: EngineProfile['scheduler']['workspace'], sequences: number): boolean {
  return workspace === undefined || sequences * workspace.bytesPerSequence <= workspace.freeBytes
}

/** `array.filter` in place. */
function retain<T>(array: T[], keep: (item: T) => boolean): void {
  let kept = 0
  for (const item of array) if (keep(item)) array[kept++] = item
  array.length = kept
}
