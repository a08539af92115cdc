import { clientLate, latenessLimit } from '../doubts/client.ts'
import { aborted, clientCrashed } from '../doubts/sending.ts'
import type { TrialFacts } from '../doubts/trial-facts.ts'
import { invalid } from '../verdict/make.ts'
import type { ValidityVerdict } from '../verdict/verdict.ts'

/**
 * Why the numbers of a trial must not be judged at all: it was cut short, or its client was the bottleneck. A wait for a slot
 * under a cap of concurrency is the load that was asked for, and no fault of the client.
 *
 * The client is judged by the requests that were answered, because theirs is the latency that counts. A request that failed
 * counts as never answered however late it left, and why it was late is hard to tell: a server that dies stalls connections, and
 * often its machine.
 */
export function invalidityOf(trial: TrialFacts): ValidityVerdict[] {
  const { metrics, answeredLateness } = trial
  const ofAnswered = { ...trial, metrics: { ...metrics, queueLateness: answeredLateness } }
  const late = trial.load.maxConcurrency === null ? clientLate(ofAnswered) : []
  return [
    ...aborted(trial).map(({ message }) => invalid({ reason: 'complete-run', facts: message })),
    ...clientCrashed(trial).map(({ message }) => {
      const remedy = 'Send with fewer threads (`threads`), and report what it died of if that is a fault of this tool.'
      return invalid({ reason: 'client-threads', facts: `${message} ${remedy}` })
    }),
    ...late.map(({ message }) => {
      const remedy = 'Send from more threads (`threads`), or a bigger or less busy machine, or send less.'
      return invalid({
        reason: 'client-on-time',
        facts: `${message} ${remedy}`,
        observed: answeredLateness?.p99 ?? null,
        limit: latenessLimit(metrics),
      })
    }),
  ]
}

/** The run was cut short before its last trial. */
export function trialsMissing(observed: number, limit: number): ValidityVerdict {
  const facts = `The run was cut short after ${observed} of ${limit} trials.`
  return invalid({ reason: 'all-trials', facts, observed, limit })
}
