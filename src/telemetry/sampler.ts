import type { CancelTimer, Clock } from '../base/clock.ts'
import type { Ms } from '../base/units.ts'
import { get, type Got } from '../client/get.ts'
import type { MetricsSource } from './metrics-sources.ts'
import { readPage } from './read-page.ts'
import type { Levels } from '../frameworks/metrics-table.ts'
import type { Reading } from './reading.ts'

/** What a server said, and when: on the run clock, as the answer came. */
export interface Sample {
  readonly at: Ms
  readonly levels: Levels
}

/** Everything that was read of one server. */
export interface Sampled {
  /** Where; null when no source was readable. */
  readonly address: string | null
  readonly samples: readonly Sample[]
  readonly first: Reading | null
  readonly last: Reading | null
  /** Each successful poll, from asking to answer. */
  readonly roundTrips: readonly Ms[]
  /** Sentences. */
  readonly problems: readonly string[]
}

export interface Sampler {
  /** Looks for a source that says something, and takes the first sample from it. */
  start(done: () => void): void
  /** Takes the last sample. Nothing is asked any more afterwards. */
  finish(done: () => void): void
  /** Gives up at once, and asks nothing any more. */
  stop(): void
  latest(): Levels | null
  sampled(): Sampled
}

const INTERVAL: Ms = 1000
/** Of one question. */
const TIMEOUT: Ms = 3000

/**
 * Asks a server once a second what it is doing. One question at a time: an answer that takes longer than a second costs
 * the samples that would have been taken meanwhile. Whatever goes wrong is a problem to report and no more.
 */
export function createSampler(clock: Clock, sources: readonly MetricsSource[]): Sampler {
  const samples: Sample[] = []
  const roundTrips: Ms[] = []
  const failures = new Map<string, number>()
  const refusals: string[] = []
  let source: MetricsSource | null = null
  let polls = 0
  let first: Reading | null = null
  let last: Reading | null = null
  let startedAt: Ms = 0
  let cancelTimer: CancelTimer = () => {}
  let giveUp: () => void = () => {}

  const take = (reading: Reading, askedAt: Ms): void => {
    const at = clock.now()
    roundTrips.push(at - askedAt)
    samples.push({ at, levels: reading.levels })
    first ??= reading
    last = reading
  }

  const ask = (whom: MetricsSource, done: (reading: Reading | string, path: string) => void): void => {
    giveUp = get(clock, whom, TIMEOUT, (got) => done(understand(got, whom), pathOf(got, whom)))
  }

  const tryNext = ([next, ...others]: readonly MetricsSource[], done: () => void): void => {
    if (next === undefined) return done()
    const askedAt = clock.now()
    ask(next, (reading, path) => {
      if (typeof reading === 'string') {
        refusals.push(`${next.address}: ${reading}.`)
        return tryNext(others, done)
      }
      // Redirects are followed once, not once a second.
      source = { ...next, path }
      take(reading, askedAt)
      startedAt = clock.now()
      pollLater()
      done()
    })
  }

  const poll = (whom: MetricsSource, done: () => void): void => {
    const askedAt = clock.now()
    polls++
    ask(whom, (reading) => {
      if (typeof reading === 'string') failures.set(reading, (failures.get(reading) ?? 0) + 1)
      else take(reading, askedAt)
      done()
    })
  }

  const pollLater = (): void => {
    const whom = source
    if (whom === null) return
    const ticks = Math.floor((clock.now() - startedAt) / INTERVAL) + 1
    cancelTimer = clock.at(startedAt + ticks * INTERVAL, () => poll(whom, pollLater))
  }

  const stop = (): void => {
    cancelTimer()
    giveUp()
  }

  return {
    start: (done) => tryNext(sources, done),
    finish(done) {
      stop()
      if (source === null) done()
      else poll(source, done)
    },
    stop,
    latest: () => last?.levels ?? null,
    sampled: () => ({
      address: source?.address ?? null,
      samples,
      first,
      last,
      roundTrips,
      problems:
        source === null
          ? refusals
          : [...failures].map(([problem, count]) => `${source?.address}: ${problem} (${count} of ${polls} polls).`),
    }),
  }
}

/** A reading, or why there is none. */
function understand(got: Got, { tables }: MetricsSource): Reading | string {
  if (got.kind === 'failure') return got.problem
  if (got.status !== 200) return `the answer was HTTP ${got.status}`
  return readPage(got.text, tables) ?? 'no metric that we know is on the page'
}

function pathOf(got: Got, { path }: MetricsSource): string {
  return got.kind === 'answer' ? got.path : path
}
