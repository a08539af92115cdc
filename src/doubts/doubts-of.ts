import { buffered, duplicatedOutput, implausibleCount, lengthMismatch, noText, tokenEstimate } from './answers.ts'
import { clientBusy, clientError, clientLate, notCalibrated } from './client.ts'
import { offeredRate } from './offered-rate.ts'
import { saturated } from './saturation.ts'
import { aborted, clientCrashed, resent } from './sending.ts'
import { serverClientMismatch } from './server-client-mismatch.ts'
import { queueGrowing } from './server-queue.ts'
import { shortFill } from './short-fill.ts'
import { estimate, insecureTls, simulated } from './target.ts'
import { tooShort } from './too-short.ts'
import type { TrialDoubt, TrialFacts } from './trial-facts.ts'
import { warmCache } from './warm-cache.ts'

/** What a trial may be doubted for, most general first. `short-sample` depends on the objectives: see slo. */
const DOUBTS: readonly ((trial: TrialFacts) => TrialDoubt[])[] = [
  simulated,
  estimate,
  insecureTls,
  aborted,
  clientCrashed,
  clientLate,
  clientBusy,
  clientError,
  notCalibrated,
  offeredRate,
  saturated,
  shortFill,
  tooShort,
  queueGrowing,
  serverClientMismatch,
  warmCache,
  tokenEstimate,
  lengthMismatch,
  buffered,
  implausibleCount,
  duplicatedOutput,
  noText,
  resent,
]

/** The doubts that a trial raises itself. */
export function doubtsOf(trial: TrialFacts): TrialDoubt[] {
  return DOUBTS.flatMap((doubt) => doubt(trial))
}
