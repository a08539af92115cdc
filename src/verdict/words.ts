import { firstLine, plainLine } from '../base/plain-text.ts'
import { percent } from '../metrics/percent.ts'
import { capacityText } from './capacity-words.ts'
import { objectiveText, whereTimeWent } from './objective-words.ts'
import { regressionText } from './regression-words.ts'
import type { BaselineVerdict, Overruling, ScheduleVerdict, ValidityVerdict, Verdict } from './verdict.ts'
import type { VerdictText } from './verdict-text.ts'

/** The text of any verdict. It is made here, from its numbers, and nowhere else. */
export function inWords(verdict: Verdict): VerdictText {
  const { message, ...asked } = judgeInWords(verdict)
  const policy = verdict.overruled?.by === 'inconclusive-fails' ? '; inconclusive, which is set to fail' : ''
  const version = verdict.kind === 'regression' && verdict.versionChange !== null ? ` (${verdict.versionChange})` : ''
  const { shares, slowest } = whereTimeWent(verdict)
  const facts = `${message}${policy}${version}${shares}${passedOver(verdict.overruled)}`
  return { ...asked, message: [facts, ...slowest].join('\n') }
}

/** A verdict in one line: its facts, after what was asked where they do not begin with it. */
export function describeVerdict(verdict: Verdict): string {
  const { objective, message } = inWords(verdict)
  const facts = firstLine(message)
  return namesItself(verdict) ? facts : `${plainLine(objective)}: ${facts}`
}

/** Whether the facts begin with what was judged. */
function namesItself({ kind }: Verdict): boolean {
  switch (kind) {
    case 'objective':
    case 'regression':
    case 'capacity':
    case 'schedule':
      return true
    case 'baseline':
    case 'validity':
    case 'server':
    case 'assertion':
      return false
  }
}

/** What its judge said, before anything overruled it. */
function judgeInWords(verdict: Verdict): VerdictText {
  switch (verdict.kind) {
    case 'objective':
      return objectiveText(verdict)
    case 'regression':
      return regressionText(verdict)
    case 'baseline':
      return baselineText(verdict)
    case 'capacity':
      return capacityText(verdict)
    case 'validity':
      return validityText(verdict)
    case 'schedule':
      return scheduleText(verdict)
    case 'server':
      return { objective: 'server', observed: null, limit: null, message: verdict.facts }
    case 'assertion': {
      const { number, facts } = verdict
      return {
        objective: number === 1 ? 'assertion' : `assertion ${number}`,
        observed: null,
        limit: null,
        message: facts,
      }
    }
  }
}

function passedOver(overruled: Overruling | null): string {
  switch (overruled?.by) {
    case 'not-asserted':
      return ' (The test passed all the same: it has no objective that judges this run.)'
    case 'failure-expected':
      return ' (The test passed all the same: it expects a failure, or caught this one.)'
    case 'inconclusive-fails':
    case 'invalid-run':
    case undefined:
      return ''
  }
}

function baselineText({ state }: BaselineVerdict): VerdictText {
  const none = { observed: null, limit: null }
  switch (state.is) {
    case 'accepted': {
      const { trials, file, failed, requests } = state
      const failures = failed === 0 ? '' : `, and it accepts that ${failed} of ${requests} requests failed`
      const message = `${trials} trials are the baseline from now on (${file})${failures}`
      return { objective: 'baseline accepted', ...none, message }
    }
    case 'undecided':
      return { objective: 'baseline', ...none, message: 'not decided: the run ended before' }
    case 'not-compared':
      return { objective: 'baseline', ...none, message: `not compared: ${state.why}` }
    case 'told': {
      const { is: _is, ...told } = state
      return told
    }
  }
}

const VALIDITY_OBJECTIVES: { readonly [R in ValidityVerdict['reason']]: string } = {
  'complete-run': 'complete run',
  'complete-test': 'complete test',
  'all-trials': 'all trials',
  'client-threads': 'client threads',
  'client-on-time': 'client on time',
  'client-error': 'client error',
}

function validityText({ reason, about, trial, observed, limit, facts }: ValidityVerdict): VerdictText {
  const asked = about === null ? '' : ` <= ${percent(about.share)} of ${about.objective}`
  const where = trial === null ? '' : `, trial ${trial}`
  return { objective: `${VALIDITY_OBJECTIVES[reason]}${asked}${where}`, observed, limit, message: facts }
}

function scheduleText({ of, observed, limit }: ScheduleVerdict): VerdictText {
  const asked = of === 'sent rate' ? `>= ${limit} of the schedule` : `<= ${limit}`
  const message =
    observed === null ? `${of}: no data, and no data is a failure` : `${of} ${observed.toFixed(4)}, limit ${limit}`
  return { objective: `${of} ${asked}`, observed, limit, message }
}
