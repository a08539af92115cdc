import type { BenchError } from '../base/errors.ts'
import { maskError, masker } from '../base/mask.ts'
import { secretsInEnvironment } from '../base/secrets.ts'
import type { Ms } from '../base/units.ts'
import type { Timeouts } from '../client/timeouts.ts'
import type { TrialDoubt } from '../doubts/trial-facts.ts'
import type { Target } from '../frameworks/target.ts'
import type { Fleet, FleetCase, LoadEnding, LoggedCause } from '../server/fleet.ts'
import type { EngineLog } from '../telemetry/log-samples.ts'
import { serverLost } from '../verdict/make.ts'
import { addDoubts, addVerdicts } from './judge.ts'
import type { ServingRun } from './serving-run.ts'
import { toldByVerdict } from './told-by-verdict.ts'

/** A server that is under no load answers one token within this, or never. */
const PROBE_TIMEOUT_MS: Ms = 30_000

/** The load that needs a server. */
export interface ServedLoad {
  readonly target: Target
  /** Of the case: it stands in what is said of the server. */
  readonly name: string
  readonly signal: AbortSignal
  readonly timeouts: Timeouts
  /** Hears about once a second how the start gets on. */
  readonly onLoading?: FleetCase['onLoading']
  /** What a launched server inherits, and may tell again. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Runs a load against a target whose server is there: one that has a launch is started before, if it does not run, and
 * both before and after its state is looked at. See `Fleet` for when. `whileServed` aborts with the load's own signal, and
 * when a launched server ends: nobody waits for a thousand refused connections.
 *
 * Rejects with the post-mortem of a server that was lost; the run that it spoilt, if there is one, then has it among its
 * verdicts. Whatever is started runs until the fleet releases it.
 */
export async function withServer(
  fleet: Fleet,
  { target, name, signal, timeouts, onLoading, env }: ServedLoad,
  runLoad: (target: Target, log: EngineLog | null, whileServed: AbortSignal) => Promise<ServingRun>,
): Promise<ServingRun> {
  const current = { name, signal, onLoading, probeTimeoutMs: Math.min(PROBE_TIMEOUT_MS, timeouts.firstByte) }
  const mask = masker([...target.secrets, ...secretsInEnvironment(env)])
  const masked = (error: unknown): never => {
    throw maskError(error, mask)
  }
  const served = await fleet.ready(target, current).catch(masked)
  const ended = new AbortController()
  void fleet.endOf(target)?.then(() => ended.abort())
  const loading = runLoad(served, fleet.logOf(target), AbortSignal.any([signal, ended.signal])).catch(masked)
  const [result] = await Promise.allSettled([loading])
  const run = result.status === 'fulfilled' ? result.value : null
  try {
    const ending = signal.aborted ? 'fine' : endingOf(run)
    const cause = await fleet.settle(target, { ...current, ending }).catch(masked)
    if (run !== null && cause !== null) addDoubts(run.report, [logDoubt(cause)])
  } catch (error) {
    if (run === null) throw error
    // The end of a server is a verdict on the run, told once.
    addVerdicts(run.report, [serverLost((error as BenchError).message)])
    throw toldByVerdict(error as BenchError)
  }
  return loading
}

function endingOf(run: ServingRun | null): LoadEnding {
  if (run === null) return 'not-sent'
  const failures = run.records.flatMap(({ outcome }) => (outcome.status === 'failed' ? [outcome.kind] : []))
  if (failures.some((kind) => kind.endsWith('-timeout'))) return 'silence'
  return failures.length > 0 ? 'failures' : 'fine'
}

function logDoubt({ line, hint, logFile }: LoggedCause): TrialDoubt {
  return { code: 'server-log', message: `requests have failed, and ${logFile} says: ${line} (${hint})` }
}
