import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, inject, recordArtifact, type RunnerTestCase } from 'vitest'
import { createRealClock } from '../load/real-clock.ts'
import type { BenchError } from '../base/errors.ts'
import type { Target } from '../frameworks/target.ts'
import { createFleet, type Fleet, type FleetCase, type LoadEnding, type LoggedCause } from '../server/fleet.ts'
import type { Timeouts } from '../client/timeouts.ts'
import { SERVER_OBJECTIVE } from '../slo/by-cause.ts'
import { maskError, masker } from '../base/mask.ts'
import { secretsInEnvironment } from '../base/secrets.ts'
import type { EngineLog } from '../telemetry/log-samples.ts'
import type { Ms } from '../base/units.ts'
import { noteJudged, recordVerdicts, recordWarnings } from './ledger.ts'
import type { ServingRun } from '../case/serving-run.ts'
import { benchFile } from './bench-file.ts'
import { inherited } from './settings.ts'

/** Stop signal, grace, SIGKILL, and the port's freedom: `hookTimeout` is shorter than a server may need. */
const STOP_TIMEOUT_MS = 60_000

/** A server that is under no load answers one token within this, or never. */
const PROBE_TIMEOUT_MS: Ms = 30_000

/** The load that needs a server. */
export interface ServedLoad {
  /** Of the case: it stands in what is said of the server. */
  readonly name: string
  readonly signal: AbortSignal
  readonly timeouts: Timeouts
  /** Hears about once a second how the start gets on. */
  readonly onLoading?: FleetCase['onLoading']
}

/**
 * Runs a load against a target whose server is there: one that has a launch is started before, if it does not run, and
 * both before and after its state is looked at. See `Fleet` for when. `whileServed` aborts with the load's own signal, and
 * when a launched server ends: nobody waits for a thousand refused connections.
 *
 * Rejects with the post-mortem of a server that was lost; the run that it spoilt, if there is one, then has it among its
 * verdicts. Whatever is started runs until it is released, at the latest after the tests of the file.
 */
export async function withServer(
  target: Target,
  { name, signal, timeouts, onLoading }: ServedLoad,
  runLoad: (target: Target, log: EngineLog | null, whileServed: AbortSignal) => Promise<ServingRun>,
): Promise<ServingRun> {
  const servers = fleetOfThisFile()
  const current = { name, signal, onLoading, probeTimeoutMs: probeTimeout(timeouts) }
  const mask = masker([...target.secrets, ...secretsInEnvironment(inherited)])
  const masked = (error: unknown): never => {
    throw maskError(error, mask)
  }
  const served = await servers.ready(target, current).catch(masked)
  const ended = new AbortController()
  void servers.endOf(target)?.then(() => ended.abort())
  const loading = runLoad(served, servers.logOf(target), AbortSignal.any([signal, ended.signal])).catch(masked)
  const [result] = await Promise.allSettled([loading])
  const run = result.status === 'fulfilled' ? result.value : null
  try {
    const ending = signal.aborted ? 'fine' : endingOf(run)
    const cause = await servers.settle(target, { ...current, ending }).catch(masked)
    if (run !== null && cause !== null) recordWarnings(run, [logWarning(cause)])
  } catch (error) {
    if (run !== null) noteLoss(run, error as BenchError)
    throw error
  }
  return loading
}

/** Stops the server of a target after the tests of the suite that is being defined. */
export function releaseServerAfterAll(target: Target): void {
  if (target.endpoint.kind === 'launch') afterAll(() => benchFile().fleet?.release(target), STOP_TIMEOUT_MS)
}

/** Stops what is still there after the tests of the file that is being set up. */
export function releaseServersAfterAll(): void {
  afterAll(() => benchFile().fleet?.releaseAll(), STOP_TIMEOUT_MS)
}

function fleetOfThisFile(): Fleet {
  return (benchFile().fleet ??= createFleet({
    clock: createRealClock(),
    env: inherited,
    cwd: process.cwd(),
    pid: process.pid,
    claimsFolder: join(tmpdir(), 'vitest-llm-bench-claims'),
    logFolder: inject('servingBench').logFolder,
    now: () => new Date().toISOString(),
  }))
}

function probeTimeout({ firstByte }: Timeouts): Ms {
  return Math.min(PROBE_TIMEOUT_MS, firstByte)
}

function endingOf(run: ServingRun | null): LoadEnding {
  if (run === null) return 'not-sent'
  const failures = run.records.flatMap(({ outcome }) => (outcome.status === 'failed' ? [outcome.kind] : []))
  if (failures.some((kind) => kind.endsWith('-timeout'))) return 'silence'
  return failures.length > 0 ? 'failures' : 'fine'
}

/** Tells the reporters how the start of a server for a test gets on; undefined when none of them listens. */
export function loadingListener(name: string, test: RunnerTestCase): FleetCase['onLoading'] {
  if (inject('servingBench').progressMs === null) return undefined
  return (loading) => {
    void recordArtifact(test, { type: 'vitest-llm-bench:loading', name, ...loading })
    // Shown and forgotten: kept artifacts would travel into every blob.
    test.artifacts.length = 0
  }
}

/** The end of a server is a verdict on the run, told once. */
function noteLoss(run: ServingRun, { message }: BenchError): void {
  const verdict = { kind: 'slo', objective: SERVER_OBJECTIVE, verdict: 'fail', observed: null, limit: null } as const
  recordVerdicts(run, [{ ...verdict, message }])
  noteJudged(run, message)
}

function logWarning({ line, hint, logFile }: LoggedCause): { code: 'server-log'; message: string } {
  return { code: 'server-log', message: `requests have failed, and ${logFile} says: ${line} (${hint})` }
}
