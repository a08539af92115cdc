import { BenchError } from '../base/errors.ts'
import type { RegressionOptions } from './check-decision.ts'
import { decideRegressions } from './decide-regressions.ts'
import { FIRST_PAIR, STAGE_PAIRS } from './stage-pairs.ts'
import type { RegressionCase, Trial, TrialPairs } from './trial.ts'

/** A case as it was recorded: its trials, three or one, are laid out again until every stage of the gate has its pairs. */
export interface RecordedCase extends Pick<RegressionCase, 'id' | 'framework' | 'requestRate'> {
  readonly trials: readonly Trial[]
}

/** A fault that a gate has to see. */
interface Fault {
  /** What happened to the server or to the record, in words. */
  readonly says: string
  readonly inject: (trial: Trial) => Trial
}

/** By which share a gate may be worse, where not the default. */
export type Margins = NonNullable<RegressionOptions['margins']>

interface Build {
  readonly cases: readonly RecordedCase[]
  readonly margins: Margins
}

/** What the gate made of one fault in one case. */
export interface CanaryResult {
  readonly case: string
  /** Red and about this case alone, or refused. Of the control: not red. */
  readonly isRight: boolean
  /** One line of the gate's. */
  readonly message: string
}

/** The results of one fault, one for each case. */
export interface CanaryFlight {
  readonly says: string
  readonly results: readonly CanaryResult[]
}

const FAILED_SHARE = 0.02
const LOST_SHARE = 0.05
const MS_IN_SECONDS = 0.001

const FAULTS: readonly Fault[] = [
  {
    says: 'TTFT twice as long',
    inject: (trial) => ({
      ...trial,
      ttft: trial.ttft.map((time) => 2 * time),
      e2eLatency: trial.e2eLatency.map((time, i) => time + (trial.ttft[i] ?? NaN)),
    }),
  },
  {
    says: 'TPOT 10 % longer',
    inject: (trial) => ({
      ...trial,
      tpot: trial.tpot.map((time) => 1.1 * time),
      e2eLatency: trial.e2eLatency.map((time, i) => time + 0.1 * (time - (trial.ttft[i] ?? NaN))),
    }),
  },
  {
    says: '2 % of the requests failed',
    inject: (trial) => {
      const every = Math.floor(1 / FAILED_SHARE)
      const first = Math.min(Math.floor(every / 2), trial.ttft.length - 1)
      return eachTime(trial, (time, i) => (i % every === first ? NaN : time))
    },
  },
  {
    says: 'the slowest 5 % of the requests lost from the record',
    inject: (trial) => {
      const bySlowness = [...trial.e2eLatency.keys()].sort((a, b) => trial.e2eLatency[b]! - trial.e2eLatency[a]!)
      const lost = new Set(bySlowness.slice(0, Math.max(1, Math.round(LOST_SHARE * bySlowness.length))))
      return eachColumn(trial, (times) => times.filter((_, i) => !lost.has(i)))
    },
  },
  { says: 'no TPOT in the record', inject: (trial) => ({ ...trial, tpot: trial.tpot.map(() => NaN) }) },
  { says: 'times in seconds', inject: (trial) => eachTime(trial, (time) => MS_IN_SECONDS * time) },
]

/**
 * Asks the regression gate about builds that are known to be bad: one fault in one case, the other cases as they were
 * recorded; for each fault in each case, and first for nothing changed at all, which must not be red.
 *
 * Both sides are the same record, so this shows that the gate sees what is plain, in these cases, with their numbers of
 * requests and failures, and not how small a change it finds in noise. The baseline counts as stored, the harder way.
 *
 * BenchError `no-data` without a case.
 */
export async function flyCanaries(cases: readonly RecordedCase[], margins: Margins = {}): Promise<CanaryFlight[]> {
  const flights: CanaryFlight[] = [{ says: 'nothing changed', results: [await control({ cases, margins })] }]
  for (const { says, inject } of FAULTS) {
    const results: CanaryResult[] = []
    for (const { id, requestRate } of cases) {
      // The others matter to the verdict only through their noise, which is pooled over the cases at the same rate.
      const alike = cases.filter((one) => one.requestRate === requestRate)
      results.push(await ask({ cases: alike, margins }, id, inject))
    }
    flights.push({ says, results })
  }
  return flights
}

async function control(build: Build): Promise<CanaryResult> {
  const { verdict, gates, message } = await judge(build, () => (trial) => trial)
  const failed = gates.find((gate) => gate.verdict === 'fail')
  return { case: failed?.case ?? '', isRight: verdict !== 'fail', message: failed?.message ?? message }
}

async function ask(build: Build, id: string, inject: Fault['inject']): Promise<CanaryResult> {
  try {
    const { gates, message } = await judge(build, (each) => (each === id ? inject : (trial) => trial))
    const failed = gates.filter(({ verdict }) => verdict === 'fail')
    const blamed = failed.find((gate) => gate.case !== id)
    const own = gates.find((gate) => gate.case === id && gate.verdict !== 'pass')
    return {
      case: id,
      isRight: failed.length > 0 && blamed === undefined,
      message: (blamed ?? failed[0] ?? own)?.message ?? message,
    }
  } catch (error) {
    if (!(error instanceof BenchError)) throw error
    return { case: id, isRight: true, message: `refused: ${error.message}` }
  }
}

function judge({ cases, margins }: Build, faultOf: (id: string) => Fault['inject']) {
  const pairsOf = ({ id, trials }: RecordedCase, stage: 1 | 2 | 3): TrialPairs => {
    const from = FIRST_PAIR[stage]
    const baseline = Array.from({ length: STAGE_PAIRS[stage] }, (_, i): Trial => {
      const trial = trials[(from + i) % trials.length]
      if (trial === undefined) throw noTrial(id)
      return { ...trial, seed: from + i }
    })
    return { baseline, candidate: baseline.map(faultOf(id)) }
  }
  const known = new Map(cases.map((one) => [one.id, one]))
  return decideRegressions(
    cases.map((one): RegressionCase => ({ ...one, ...pairsOf(one, 1) })),
    {
      margins,
      storedBaseline: { stages: 'always' },
      confirm: (id, stage) => {
        const one = known.get(id)
        return one === undefined ? null : pairsOf(one, stage)
      },
    },
  )
}

function noTrial(id: string): BenchError {
  return new BenchError(`"${id}" has no recorded trial.`, { code: 'no-data', remedy: 'Run the case first.' })
}

function eachTime(trial: Trial, change: (time: number, index: number) => number): Trial {
  return eachColumn(trial, (times) => times.map(change))
}

function eachColumn({ seed, ttft, tpot, e2eLatency }: Trial, change: (times: readonly number[]) => number[]): Trial {
  return { seed, ttft: change(ttft), tpot: change(tpot), e2eLatency: change(e2eLatency) }
}
