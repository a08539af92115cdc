import { findMetric } from '../../metrics/find-metric.ts'
import { OBJECTIVE_METRIC_IDS } from '../../metrics/objective-metrics.ts'
import { STATISTICS } from '../../metrics/statistic.ts'
import { assertionFailed, serverLost, undecided } from '../../verdict/make.ts'
import type { ScheduleVerdict, ValidityVerdict, Verdict } from '../../verdict/verdict.ts'
import type { OldVerdict } from './schema.ts'

/**
 * A verdict of an old report in today's form. What it was about is read from its objective, whose forms are known; what it said
 * stays its text, because the numbers behind it were not kept. `trial` is the one that a verdict on validity concerns, null in a
 * case of one trial.
 */
export function upgradeVerdict(old: OldVerdict, trial: number | null): Verdict {
  switch (old.kind) {
    case 'slo':
      return serverOrAssertion(old) ?? capacity(old) ?? objective(old) ?? unknown(old)
    case 'baseline':
      return baseline(old)
    case 'validity':
      return schedule(old) ?? validity(old, trial) ?? unknown(old)
  }
}

function serverOrAssertion({ objective, verdict, message }: OldVerdict): Verdict | null {
  if (objective === 'server') return { ...serverLost(message), verdict }
  const number = /^assertion(?: (\d+))?$/.exec(objective)
  return number === null ? null : { ...assertionFailed(message, Number(number[1] ?? 1)), verdict }
}

function capacity({ objective, verdict, observed, limit, message }: OldVerdict): Verdict | null {
  if (objective !== 'capacity' && !objective.startsWith('capacity >= ')) return null
  return {
    kind: 'capacity',
    verdict,
    overruled: null,
    min: limit,
    highestPass: observed,
    lowestFail: null,
    tried: [],
    told: message,
  }
}

/** `ttft.p99 <= 400 ms`. */
function objective({ objective: asked, verdict, observed, limit, message }: OldVerdict): Verdict | null {
  const [, id, name, sign] = /^(\w+)(?:\.(\w+))? ([<>]=) /.exec(asked) ?? []
  const metric = OBJECTIVE_METRIC_IDS.find((known) => known === id)
  const statistic = STATISTICS.find((known) => known === name) ?? null
  if (metric === undefined || limit === null || (statistic === null) !== (findMetric(metric)?.kind === 'number'))
    return null
  return {
    kind: 'objective',
    verdict,
    overruled: null,
    metric,
    statistic,
    bound: sign === '<=' ? 'max' : 'min',
    limit,
    observed,
    evidence: { is: 'told', message },
    implied: false,
    explanation: null,
  }
}

function baseline({ objective: asked, verdict, observed, limit, message }: OldVerdict): Verdict {
  if (asked === 'baseline' && verdict === 'inconclusive') return undecided()
  const state = { is: 'told', objective: asked, observed, limit, message } as const
  return { kind: 'baseline', verdict, overruled: null, state }
}

const SCHEDULES: readonly ScheduleVerdict['of'][] = ['sent rate', 'gap distance', 'late sends']

/** `late sends <= 0.01`. One that neither passed nor failed was passed over by a test that expected it to fail. */
function schedule({ objective: asked, verdict, observed, limit }: OldVerdict): Verdict | null {
  const of = SCHEDULES.find((known) => asked.startsWith(`${known} `))
  if (of === undefined || limit === null) return null
  const overruled = verdict === 'inconclusive' ? ({ by: 'failure-expected', was: 'fail' } as const) : null
  return { kind: 'schedule', verdict, overruled, of, limit, observed }
}

const REASONS: Readonly<Record<string, ValidityVerdict['reason']>> = {
  'complete run': 'complete-run',
  'complete test': 'complete-test',
  'all trials': 'all-trials',
  'client threads': 'client-threads',
  'client on time': 'client-on-time',
}

/** `client on time`, `client error <= 5.0 % of ttft.p99`. */
function validity(
  { objective: asked, verdict, observed, limit, message }: OldVerdict,
  trial: number | null,
): Verdict | null {
  const [, percent, of] = /^client error <= ([\d.]+) % of (\S+)$/.exec(asked) ?? []
  const about = of === undefined ? null : { objective: of, share: Number(percent) / 100 }
  const reason = about === null ? REASONS[asked] : 'client-error'
  if (reason === undefined) return null
  const ofCase = reason === 'all-trials' || reason === 'complete-test'
  const common = { kind: 'validity', verdict, overruled: null, observed, limit } as const
  return { ...common, reason, trial: ofCase ? null : trial, facts: message, about }
}

/** Of a form that no version is known to have written: it stays, as the failure that it tells. */
function unknown({ objective: asked, verdict, message }: OldVerdict): Verdict {
  return { ...assertionFailed(`${asked}: ${message}`, 1), verdict }
}
