import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import { BenchError } from '../base/errors.ts'
import { isAtUrl, targetLabel, type LaunchTarget, type Target, type UrlTarget } from '../frameworks/target.ts'
import { atUrl } from '../frameworks/at-url.ts'
import { secretsInEnvironment } from '../base/secrets.ts'
import type { EngineLog } from '../telemetry/log-samples.ts'
import { MS_PER_SECOND, type Ms } from '../base/units.ts'
import { childEnvironment } from './child-environment.ts'
import { ALL_GPUS, gpusOf } from './claims.ts'
import { findCause, type KnownCause } from './known-causes.ts'
import { launchServer, type LaunchedServer, type LaunchHost } from './launch-server.ts'
import { describeExit, postMortem } from './post-mortem.ts'
import { probe } from './probe.ts'
import { waitUntilReady, type Loading } from './wait-until-ready.ts'

export interface FleetOptions extends LaunchHost {
  readonly clock: Clock
  /** Where the logs go, one file for each target. */
  readonly logFolder: string
}

/** The case that is about to run, or has just run. */
export interface FleetCase {
  readonly name: string
  readonly signal: AbortSignal
  /** Most that a sign of life may take. Default 30 s, and never more than 10 s by URL. */
  readonly probeTimeoutMs?: Ms
  /** About once a second while a server is being started. */
  readonly onLoading?: ((loading: Loading & { readonly label: string }) => void) | undefined
}

/**
 * The servers of one bench file: started when a case first needs them, watched between the cases, stopped when asked.
 *
 * A server that failed to start, died or no longer answers is lost: the case in which that happens fails with its
 * post-mortem, and every later case of the same target at once, with the reason. A server that we only know by URL is lost
 * when it takes requests and answers none, and then only: whatever else is wrong with it, the next case is told at once.
 */
export interface Fleet {
  /**
   * The target as it is to be asked: a launched server is at a URL. Throws BenchError `launch-failed`, `host-busy` or
   * `server-died` where there is no server to ask, `aborted` when the signal comes first.
   */
  ready(target: Target, current: FleetCase): Promise<Target>
  /**
   * To be called when the load of a case is over, before another case of the same GPU. Where requests have failed it asks
   * what has become of the server: throws BenchError `server-died` when that is lost, else resolves with what its log
   * says of a known cause, if anything.
   */
  settle(target: Target, current: FleetCase & { readonly ending: LoadEnding }): Promise<LoggedCause | null>
  /** What the server of a target writes, if it was launched here and is ready. */
  logOf(target: Target): EngineLog | null
  /** Resolves when the server of a target ends, whyever; null for one that was not launched here or is not ready. */
  endOf(target: Target): Promise<unknown> | null
  /** Stops the server of a target, if it was launched here and still runs. */
  release(target: Target): Promise<void>
  /** Stops every server, and forgets the lost ones. */
  releaseAll(): Promise<void>
}

/**
 * How a load ended, as far as it tells of its server: with failed requests, with some among them that waited in vain, or
 * before any was sent.
 */
export type LoadEnding = 'fine' | 'failures' | 'silence' | 'not-sent'

export interface LoggedCause extends KnownCause {
  /** From the folder of the bench. */
  readonly logFile: string
}

interface RunningServer extends LaunchedServer {
  /** With its launch. */
  readonly asGiven: Target
  /** At its URL. */
  readonly target: UrlTarget
  readonly label: string
  readonly gpus: readonly string[]
  readonly logFile: string
  /** No case has used it since it proved ready. */
  isFresh: boolean
  /** A case uses it now. */
  isBusy: boolean
}

interface Loss {
  readonly error: BenchError
  readonly inCase: string
}

/** What a server did instead of answering. */
interface Silence {
  readonly what: string
  /** It takes requests and says nothing: its process will not end by itself. */
  readonly isHung: boolean
}

const PROBE_TIMEOUT_MS = 30_000
/** Of a server that we did not start, and that had the time-out of a request to answer in already. */
const URL_PROBE_TIMEOUT_MS = 10_000
const RETRY_MS = 500
/** Between the last breath of an engine and the end of its process; vLLM takes about 5 s. */
const LAST_BREATH_MS = 10_000

export function createFleet(options: FleetOptions): Fleet {
  const { clock, env, logFolder, cwd } = options
  const servers = new Map<string, Promise<RunningServer>>()
  const ready = new Map<string, RunningServer>()
  const losses = new Map<string, Loss>()

  const lose = async (target: Target, error: BenchError, { name }: FleetCase): Promise<never> => {
    losses.set(keyOf(target), { error, inCase: name })
    // Why it was lost is what matters. If something of it is left, the next start says so.
    await release(target).catch(() => {})
    throw error
  }

  const start = async (target: LaunchTarget, current: FleetCase): Promise<RunningServer> => {
    const { launch: plan } = target.endpoint
    const label = targetLabel(target)
    const gpus = gpusOf(childEnvironment(env, plan.env))
    await makeRoom(gpus, target)
    const logFile = join(logFolder, `${fileName(label)}.log`)
    const secrets = [...target.secrets, ...secretsInEnvironment(env)]
    const server = await launchServer({ plan, label, logFile, secrets }, options)
    const launched = atPorts({ ...target, secrets }, server)
    const { signal, onLoading } = current
    const readiness = await waitUntilReady(server.process, launched, plan, {
      clock,
      signal,
      onLoading: (loading) => onLoading?.({ ...loading, label }),
    })
    const shown = relative(cwd, logFile)
    if (readiness.state === 'ready')
      return {
        ...server,
        asGiven: target,
        target: launched,
        label,
        gpus,
        logFile: shown,
        isFresh: true,
        isBusy: false,
      }
    await server.stop()
    if (readiness.state === 'aborted') throw startAborted(label)
    throw postMortem({ label, what: readiness.what, lines: server.process.lines(), logFile: shown })
  }

  /** Two servers on one GPU would measure each other: the one before makes room, unless a case is using it. */
  const makeRoom = async (gpus: readonly string[], target: LaunchTarget): Promise<void> => {
    for (const [key, starting] of servers) {
      const other = key === keyOf(target) ? null : await starting.catch(() => null)
      if (other === null || !overlap(other.gpus, gpus)) continue
      if (other.isBusy) throw stillBusy(targetLabel(target), other.label)
      await release(other.asGiven)
    }
  }

  const launched = async (target: LaunchTarget, current: FleetCase): Promise<RunningServer> => {
    const key = keyOf(target)
    const known = servers.get(key)
    if (known !== undefined) return known
    const starting = start(target, current)
    servers.set(key, starting)
    try {
      const server = await starting
      ready.set(key, server)
      return server
    } catch (error) {
      servers.delete(key)
      if (error instanceof BenchError && error.code !== 'aborted' && error.code !== 'overlapping-load')
        losses.set(key, { error, inCase: current.name })
      throw error
    }
  }

  /** Null if the server gives a sign of life in time. */
  const missesSign = async (
    target: UrlTarget,
    { signal, probeTimeoutMs = PROBE_TIMEOUT_MS }: FleetCase,
    hasExited: () => boolean,
  ): Promise<Silence | null> => {
    const until = clock.now() + probeTimeoutMs
    while (true) {
      const timeoutMs = Math.max(until - clock.now(), 1)
      const result = await probe(target, { clock, timeoutMs, signal })
      if (result.answered || signal.aborted) return null
      if (hasExited() || clock.now() + RETRY_MS >= until) {
        return { what: missedSign(probeTimeoutMs, result.why), isHung: result.isSilence }
      }
      await sleep(RETRY_MS)
    }
  }

  const autopsy = async (server: RunningServer, { what, isHung }: Silence, when: string): Promise<BenchError> => {
    const { process, label, logFile } = server
    if (!isHung) await Promise.race([process.exited, sleep(LAST_BREATH_MS)])
    const exit = process.exit()
    // What a process has left behind may hold the last lines of its log.
    if (exit !== null) await process.gone
    const end = exit === null ? `${what}, although its process is alive,` : describeExit(exit)
    return postMortem({ label, what: `${end} ${when}`, lines: process.lines(), logFile })
  }

  /** Only silence counts: what says no, or refuses the connection, says so to the next case as well, in its own words. */
  const loseIfSilent = async (target: UrlTarget, current: FleetCase): Promise<void> => {
    const timeoutMs = Math.min(current.probeTimeoutMs ?? Infinity, URL_PROBE_TIMEOUT_MS)
    const result = await probe(target, { clock, timeoutMs, signal: current.signal })
    if (result.answered || !result.isSilence || current.signal.aborted) return
    await lose(target, silentServer(target, missedSign(timeoutMs, result.why), current), current)
  }

  const release = async (target: Target): Promise<void> => {
    const key = keyOf(target)
    const server = await servers.get(key)?.catch(() => null)
    servers.delete(key)
    ready.delete(key)
    await server?.stop()
  }

  return {
    release,

    logOf(target) {
      const server = ready.get(keyOf(target))
      return server === undefined ? null : { file: server.logFile, onLine: server.process.onLine }
    },

    endOf(target) {
      return ready.get(keyOf(target))?.process.exited ?? null
    },

    async ready(target, current) {
      const loss = losses.get(keyOf(target))
      if (loss !== undefined) throw alreadyLost(target, loss)
      if (!isLaunch(target)) return target
      const server = await launched(target, current)
      if (!server.isFresh) {
        const silence = await missesSign(server.target, current, () => server.process.exit() !== null)
        if (silence !== null) await lose(target, await autopsy(server, silence, `before "${current.name}"`), current)
      }
      server.isFresh = false
      server.isBusy = true
      // Its server knows the secrets of our environment, too.
      return atPorts({ ...target, secrets: server.target.secrets }, server)
    },

    async settle(target, { ending, ...current }) {
      if (isAtUrl(target)) {
        if (ending === 'silence') await loseIfSilent(target, current)
        return null
      }
      const server = isLaunch(target) ? await servers.get(keyOf(target)) : undefined
      if (server === undefined) return null
      server.isBusy = false
      // A server that dies between two requests fails none of them.
      const isOver = server.process.exit() !== null && !current.signal.aborted
      if (ending === 'fine' && !isOver) return null
      const silence = await missesSign(server.target, current, () => server.process.exit() !== null)
      if (silence !== null) await lose(target, await autopsy(server, silence, `in "${current.name}"`), current)
      const cause = findCause(server.process.lines())
      return cause === null ? null : { ...cause, logFile: server.logFile }
    },

    async releaseAll() {
      losses.clear()
      const stopping = [...servers.values()].map(async (starting) => (await starting.catch(() => null))?.stop())
      servers.clear()
      ready.clear()
      const failed = (await Promise.allSettled(stopping)).find(({ status }) => status === 'rejected')
      if (failed?.status === 'rejected') throw failed.reason
    },
  }
}

function isLaunch(target: Target): target is LaunchTarget {
  return target.endpoint.kind === 'launch'
}

/** A target as it is asked where its server runs. A page of metrics that was given in code stays what it is. */
function atPorts(target: LaunchTarget, { port, metricsPort }: LaunchedServer): UrlTarget {
  const own = metricsPort === null ? null : `http://127.0.0.1:${metricsPort}/metrics`
  const connection = { ...target.connection, metricsUrl: target.connection.metricsUrl ?? own }
  return atUrl({ ...target, connection }, `http://127.0.0.1:${port}`)
}

/** The same server for every target that is made alike, in whichever test. */
function keyOf({ framework, version, variant, model, endpoint }: Target): string {
  if (endpoint.kind === 'url') return endpoint.url + endpoint.query
  return endpoint.kind === 'launch' ? JSON.stringify([framework, version, variant, model, endpoint.launch]) : ''
}

function overlap(a: readonly string[], b: readonly string[]): boolean {
  if (a.length === 0 || b.length === 0) return false
  return a.includes(ALL_GPUS) || b.includes(ALL_GPUS) || a.some((gpu) => b.includes(gpu))
}

function fileName(label: string): string {
  return label.replaceAll(/[^\w.-]+/g, '-')
}

function alreadyLost(target: Target, { error, inCase }: Loss): BenchError {
  const [reason = ''] = error.message.split('\n')
  return new BenchError(`${targetLabel(target)} was lost in "${inCase}": ${reason}`, {
    code: error.code,
    remedy: `That case tells more.`,
  })
}

function missedSign(timeoutMs: Ms, why: string): string {
  return `no longer answers a request for one token within ${timeoutMs / MS_PER_SECOND} s (${why})`
}

function silentServer(target: UrlTarget, silence: string, { name }: FleetCase): BenchError {
  const { url } = target.endpoint
  return new BenchError(`${targetLabel(target)} at ${url} ${silence} after "${name}".`, {
    code: 'server-died',
    remedy: 'See its log, and restart it.',
  })
}

function startAborted(label: string): BenchError {
  return new BenchError(`The start of ${label} was stopped.`, { code: 'aborted', remedy: 'Run it again.' })
}

function stillBusy(label: string, other: string): BenchError {
  return new BenchError(`${label} cannot be started while ${other} is under load on the same GPU.`, {
    code: 'overlapping-load',
    remedy: 'Await one load before starting the next: two servers at a time would measure each other.',
  })
}
