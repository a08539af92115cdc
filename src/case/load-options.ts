import type { Arrival } from '../arrival/arrival.ts'
import type { TransportName } from '../client/create-transport.ts'
import type { Timeouts } from '../client/timeouts.ts'
import type { LatencyObjectives } from '../slo/slo.ts'
import type { Dataset } from '../workload/workload.ts'

/** When a single request counts as good. Times in ms; of several limits on one metric the loosest holds. */
export interface GoodputLimits {
  readonly ttft?: RequestLimits
  readonly tpot?: RequestLimits
  readonly e2eLatency?: RequestLimits
}

type RequestLimits = Omit<LatencyObjectives, 'mean' | 'min'>

/** One load run: what is sent, and when. */
export interface LoadOptions {
  /** Requests a second; `Infinity` sends all at once. */
  readonly requestRate: number
  /**
   * How many are measured in a trial; those of `warmup` and `fill` are sent in addition. At most 250,000 in all trials of a case:
   * each takes memory, and a worker has only so much.
   */
  readonly numPrompts: number
  /** Default: prompts of random words, with the length law of the published study. */
  readonly dataset?: Dataset
  /** Default: Poisson. */
  readonly arrival?: Arrival
  /** At most so many in flight; the wait for a slot counts as latency. Default: no limit. */
  readonly maxConcurrency?: number
  /**
   * Threads that send the load to a server, each its share of the same schedule. `auto` (the default) is as many as the
   * expected rate of tokens takes, at most one a core, and one for most loads. A simulated engine shares the virtual time of
   * its client: there it is always one. At most 64.
   */
  readonly threads?: 'auto' | number
  /**
   * What carries the requests to a server. `http` is our own HTTP/1.1, which costs and errs least. `undici` speaks HTTP/2 with a
   * server that does, and goes through proxies. `auto` (the default) is `http`, but `undici` where HTTPS_PROXY or HTTP_PROXY names
   * a proxy for the server's URL.
   */
  readonly transport?: 'auto' | TransportName
  /** Default 0. The same seed is the same stimulus, whatever the target, but for the nonces of the prompts. */
  readonly seed?: number
  /**
   * Default false: every prompt begins with a nonce of 8 tokens that was never sent before, and is another one at each
   * request rate, so that no prefix cache helps. True sends the prompts without nonce, the same at each rate and in each run:
   * for those who measure a warm cache.
   */
  readonly reusePrompts?: boolean
  /** Repetition of the case, from 0: its workload has the seed `seed + trial`. */
  readonly trial?: number
  /** Runs one after the other, judged together: their trial numbers count up from `trial`. Default 1, at most 1000. */
  readonly trials?: number
  /**
   * Requests sent before the first trial, in the same pattern, that are in no report. `auto` (the default) sends a tenth of
   * numPrompts, at most 20, to a server, and none to a simulated engine, which has nothing to warm up.
   */
  readonly warmup?: number | 'auto' | false
  /**
   * Requests sent right before the measured ones of each trial, in the same pattern, that fill the server's batch: they are
   * recorded, and in no number unless they fail. `auto` (the default) sends as many as arrive within 1.5 median answers, at
   * most numPrompts, where the server was warmed up, and none where all are due at once; false sends none.
   */
  readonly fill?: number | 'auto' | false
  /** Ask for answers of exactly the workload's lengths, where the server can. Default true. */
  readonly fixedLength?: boolean
  /** What becomes of an answer of another length than was asked for: counted and flagged (the default), or failed. */
  readonly lengthMismatch?: 'flag' | 'fail'
  readonly timeouts?: Partial<Timeouts>
  /**
   * The client's own error at P99 may be this share of the limit of any objective, else the run is invalid. Default 0.05. It is
   * measured after the load, against a built-in server, which takes three seconds; false leaves that out, and the report says so.
   */
  readonly maxClientError?: number | false
  /**
   * What a request must keep to count for the goodput. It judges nothing. Default: the objectives of the case, where it has some
   * (`describeServing`, `findCapacity`, LLM_BENCH_SLO); else there is no goodput.
   */
  readonly goodput?: GoodputLimits
}
