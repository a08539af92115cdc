import { expect, test, vi } from 'vitest'
import { findProfile } from '../frameworks/find-profile.ts'
import {
  decideRegressions,
  type BuildVerdict,
  type Confirm,
  type RegressionCase,
  type Trial,
  type TrialPairs,
} from './index.ts'
import { simulateBuild, type Scenario, type SimulatedCell } from './simulated-build.testkit.ts'

const REQUESTS = 200
const BEFORE = Array.from({ length: REQUESTS }, (_, i) => 50 + ((i * 37) % 100))

/** Pairs in which every request of pair k is slower by exp(effects[k]): all gates then see exactly these effects. */
function pairsOf(effects: readonly number[], firstSeed = 0): TrialPairs {
  const trial = (seed: number, effect: number): Trial => {
    const times = BEFORE.map((time) => time * Math.exp(effect))
    return { seed, ttft: times, tpot: times, e2eLatency: times }
  }
  return {
    baseline: effects.map((_, i) => trial(firstSeed + i, 0)),
    candidate: effects.map((effect, i) => trial(firstSeed + i, effect)),
  }
}

function caseOf(effects: readonly number[], rate: number | null = 8, framework = 'vllm'): RegressionCase {
  return { id: `${framework} ${rate}`, framework, requestRate: rate, ...pairsOf(effects) }
}

const neverAsked: Confirm = () => {
  throw new Error('nothing to confirm')
}

const confirming =
  (effects: readonly number[]): Confirm =>
  (_id, stage) =>
    pairsOf(effects, 100 * stage)

/** Around `center` with standard deviation `sd`. */
const around = (center: number, sd: number): number[] =>
  [-2, -1, 0, 1, 2].map((k) => center + (k * sd) / Math.sqrt(2.5))

test('a build without change passes every gate on the first pairs', async () => {
  const build = await decideRegressions([caseOf([-0.01, 0, 0.01])], { confirm: neverAsked })
  expect(build.verdict).toBe('pass')
  expect(build.message).toMatchInlineSnapshot(
    `"build         5 gates: 5 pass, 0 inconclusive, 0 FAIL. Chance of any false FAIL in this build: at most 5%"`,
  )
  expect(build.gates.map(({ message }) => message)).toMatchInlineSnapshot(`
    [
      "PASS          vllm @ 8 req/s  TTFT typical +0.0% (90% CI -1.7% to +1.7%, 3 pairs): slower by less than 5%, 95% sure",
      "PASS          vllm @ 8 req/s  TTFT tail +0.0% (90% CI -1.7% to +1.7%, 3 pairs): slower by less than 10%, 95% sure",
      "PASS          vllm @ 8 req/s  TPOT typical +0.0% (90% CI -1.7% to +1.7%, 3 pairs): slower by less than 5%, 95% sure",
      "PASS          vllm @ 8 req/s  TPOT tail +0.0% (90% CI -1.7% to +1.7%, 3 pairs): slower by less than 10%, 95% sure",
      "PASS          vllm @ 8 req/s  E2E typical +0.0% (90% CI -1.7% to +1.7%, 3 pairs): slower by less than 5%, 95% sure",
    ]
  `)
})

test('a suspicion that fresh pairs do not share is dropped', async () => {
  const confirm = vi.fn(confirming([-0.01, 0, 0.01, -0.01, 0.01]))
  const build = await decideRegressions([caseOf([0.05, 0.06, 0.07])], { confirm })
  expect(build.verdict).toBe('pass')
  expect(build.gates[0]!.message).toMatch(/5 fresh pairs\): slower by less than 5%, 95% sure$/)
  expect(confirm.mock.calls).toEqual([['vllm 8', 2]])
})

test('a suspect without fresh pairs stays open and says why, whatever the first pairs showed', async () => {
  const { verdict, gates } = await decideRegressions([caseOf([0.69, 0.7, 0.71])], { confirm: () => null })
  expect(verdict).toBe('inconclusive')
  expect(gates[0]!.message).toMatch(/3 pairs\): looks worse, and there were no fresh pairs to confirm it$/)
})

test('a case may say itself how its baseline is stored', async () => {
  const cases = [{ ...caseOf([0, 0, 0]), storedBaseline: { stages: 'always' as const } }, caseOf([0, 0, 0], 4)]
  const { gates } = await decideRegressions(cases, { confirm: neverAsked })
  expect(gates[0]!.high).toBeGreaterThan(0.05)
  expect(gates[5]!.high).toBe(0)
})

// est 0.06: ln 1.05/2 = 0.0244 < 0.06 makes typical gates suspect, ln 1.1/2 = 0.0477 < 0.06 tails too
test('a gate is suspect by half its margin, and not below it', async () => {
  const confirm = vi.fn(confirming([0, 0.001, 0, 0.001, 0]))
  await decideRegressions([caseOf([0.019, 0.02, 0.021])], { confirm })
  expect(confirm).not.toHaveBeenCalled()
  const build = await decideRegressions([caseOf([0.029, 0.03, 0.031])], { confirm })
  expect(build.gates.filter(({ message }) => message.includes('fresh')).map(({ gate }) => gate)).toEqual([
    'TTFT typical',
    'TPOT typical',
    'E2E typical',
  ])
})

// est = 0.1, se = 0.0447/sqrt 5 = 0.02, t = 5 with 4 df: p = 0.00375. Five suspects: 0.025/5 = 0.005 >= p: all rejected
test('five suspects that fresh pairs confirm fail at the second stage', async () => {
  const confirm = vi.fn(confirming(around(0.1, 0.02 * Math.sqrt(5))))
  const build = await decideRegressions([caseOf([0.09, 0.1, 0.11])], { confirm })
  expect(build.verdict).toBe('fail')
  expect(build.gates.map(({ verdict }) => verdict)).toEqual(['fail', 'fail', 'fail', 'fail', 'fail'])
  expect(build.gates[0]!.p).toBeCloseTo(0.00375, 5)
  expect(build.gates[0]!.message).toMatchInlineSnapshot(
    `"FAIL          vllm @ 8 req/s  TTFT typical +10.5% (90% CI +5.9% to +15.3%, 5 fresh pairs, Holm p = 0.019 among 5 suspects): slower, limit 5%"`,
  )
  expect(confirm).toHaveBeenCalledTimes(1)
})

// The same p = 0.00375 among ten suspects: 0.025/10 = 0.0025 < p, nothing is rejected. Ten pairs: t about 7.5, p < 0.0001
test('among twice as many suspects the same evidence needs the third stage', async () => {
  const confirm = vi.fn(confirming(around(0.1, 0.02 * Math.sqrt(5))))
  const build = await decideRegressions([caseOf([0.09, 0.1, 0.11], 4), caseOf([0.09, 0.1, 0.11], 8)], { confirm })
  expect(confirm.mock.calls).toEqual([
    ['vllm 4', 2],
    ['vllm 8', 2],
    ['vllm 4', 3],
    ['vllm 8', 3],
  ])
  expect(build.verdict).toBe('fail')
  expect(build.gates[0]!.message).toContain('10 fresh pairs, Holm p =')
  expect(build.gates[0]!.message).toContain('among 10 suspects')
})

// est 0.04 is surely above 0, but below ln 1.05 = 0.0488: no failure; high = 0.04 + 2.13 * 0.0089 = 0.059 is above it: no pass
test('a change that is sure but not surely beyond its margin stays open to the end', async () => {
  const confirm = vi.fn(confirming(around(0.04, 0.02)))
  const margins = { 'TTFT tail': 1, 'TPOT tail': 1 }
  const build = await decideRegressions([caseOf([0.03, 0.04, 0.05])], { confirm, margins })
  expect(build.verdict).toBe('inconclusive')
  expect(confirm).toHaveBeenCalledTimes(2)
  expect(build.gates.map(({ verdict }) => verdict)).toEqual([
    'inconclusive',
    'pass',
    'inconclusive',
    'pass',
    'inconclusive',
  ])
  expect(build.gates[0]!.message).toMatchInlineSnapshot(
    `"INCONCLUSIVE  vllm @ 8 req/s  TTFT typical +4.1% (90% CI +2.9% to +5.2%, 10 fresh pairs, Holm p = 0.00013 among 3 suspects): noise hides changes under 1.6%; too near the limit of 5% to tell"`,
  )
})

test('noise without a suspicion is inconclusive and says what would settle it', async () => {
  const build = await decideRegressions([caseOf([-0.04, 0, 0.04])], { confirm: neverAsked })
  expect(build.verdict).toBe('inconclusive')
  expect(build.gates.slice(0, 2).map(({ message }) => message)).toMatchInlineSnapshot(`
    [
      "INCONCLUSIVE  vllm @ 8 req/s  TTFT typical +0.0% (90% CI -6.5% to +7.0%, 3 pairs): noise hides changes under 9.6%; 6 pairs in all would settle 5%",
      "PASS          vllm @ 8 req/s  TTFT tail +0.0% (90% CI -6.5% to +7.0%, 3 pairs): slower by less than 10%, 95% sure",
    ]
  `)
  const noisy = await decideRegressions([caseOf([-0.4, 0, 0.4])], { confirm: neverAsked })
  expect(noisy.gates[0]!.message).toMatch(/noise hides changes under 150%; too noisy to gate$/)
})

// Ten pairs of sd 0.283: se = 0.0894, MDE = exp((1.833 + 0.883) 0.0894) - 1 = 27 %. est 0.35: t = 3.91 with 9 df is p = 0.0018,
// rejected among five suspects, but low = 0.35 - 1.833 * 0.0894 = 0.186 < ln 1.25 = 0.223
test('where noise hides 25 %, only what is surely beyond that fails', async () => {
  const decide = async (effect: number) => {
    const confirm = confirming(around(effect, 0.3))
    return (await decideRegressions([caseOf(around(effect, 0.1).slice(1, 4))], { confirm })).gates[0]!
  }
  const noisy = await decide(0.35)
  expect(noisy).toMatchObject({ verdict: 'inconclusive', p: expect.closeTo(0.0018, 4) })
  expect(noisy.message).toMatch(/too noisy to gate$/)
  expect(await decide(0.7)).toMatchObject({ verdict: 'fail' })
})

test('an improvement passes and is called one', async () => {
  const build = await decideRegressions([caseOf([-0.21, -0.2, -0.19])], { confirm: neverAsked })
  expect(build.verdict).toBe('pass')
  expect(build.gates[0]!.message).toContain(
    '-18.1% (90% CI -19.5% to -16.7%, 3 pairs): faster by at least 17%, 95% sure',
  )
})

// Frameworks at one rate share their variance: 0.02 and 0.002 alone differ tenfold, moderated they do not
test('frameworks at the same rate share their noise, those at another do not', async () => {
  const loud = [-0.02, 0, 0.02]
  const quiet = [-0.002, 0, 0.002]
  const width = async (cases: RegressionCase[]): Promise<number> => {
    const { gates } = await decideRegressions(cases, { confirm: neverAsked })
    return gates.find((gate) => gate.case === 'vllm 8')!.high
  }
  const alone = await width([caseOf(quiet)])
  expect(await width([caseOf(quiet), caseOf(loud, 4, 'sglang')])).toBe(alone)
  expect(await width([caseOf(quiet), caseOf(loud, 8, 'sglang')])).toBeGreaterThan(3 * alone)
})

// Without noise of trials: se = sqrt(2) * 0.01 = 0.0141, high = 2.92 * 0.0141 = 0.0413 < ln 1.05 = 0.0488. With 0.013: 0.0537
test('a stored baseline widens the first interval, and the others when it always is stored', async () => {
  const cases = [caseOf([0, 0, 0])]
  const bounds = async (sessionSd?: number) => {
    const storedBaseline = {
      stages: 'screening' as const,
      ...(sessionSd === undefined ? {} : { sessionSd: { 'TTFT typical': sessionSd } }),
    }
    return (await decideRegressions(cases, { confirm: neverAsked, storedBaseline })).gates[0]!
  }
  expect(await bounds(0.01)).toMatchObject({ verdict: 'pass', high: expect.closeTo(0.0413, 4) })
  expect(await bounds()).toMatchObject({ verdict: 'inconclusive', high: expect.closeTo(0.0537, 4) })

  const confirm = confirming([0.1, 0.1, 0.1, 0.1, 0.1])
  const regressed = [caseOf([0.1, 0.1, 0.1])]
  const at = async (stages: 'screening' | 'always') =>
    (await decideRegressions(regressed, { confirm, storedBaseline: { stages } })).gates[0]!
  expect((await at('screening')).high).toBeCloseTo(0.1, 9)
  expect((await at('always')).high).toBeGreaterThan(0.13)
})

test('throughput is a gate of bursts only', async () => {
  const gatesOf = async (rate: number | null) =>
    (await decideRegressions([caseOf([0, 0.001, 0], rate)], { confirm: neverAsked })).gates
  expect((await gatesOf(8)).length).toBe(5)
  for (const rate of [null, Infinity]) {
    expect((await gatesOf(rate)).at(-1)).toMatchObject({
      gate: 'throughput',
      message: expect.stringContaining('vllm, all at once  throughput'),
    })
  }
})

/** The same pairs, but each candidate trial lost its first `count` requests. */
function losing(pairs: TrialPairs, count: number): TrialPairs {
  const lose = (times: readonly number[]): number[] => times.map((time, i) => (i < count ? NaN : time))
  const candidate = pairs.candidate.map(({ seed, ttft, tpot, e2eLatency }) => ({
    seed,
    ttft: lose(ttft),
    tpot: lose(tpot),
    e2eLatency: lose(e2eLatency),
  }))
  return { baseline: pairs.baseline, candidate }
}

// 12 of 600 against 0: p = 0.5^12 or so; confirmed by 20 of 1000
test('a candidate that loses 2 % of its requests fails, as fast as the others are', async () => {
  const before = [0, 0.001, 0]
  const cases = [{ ...caseOf(before), ...losing(pairsOf(before), 4) }]
  const confirm: Confirm = (_id, stage) => losing(pairsOf([0, 0.001, 0, 0.001, 0], 100 * stage), 4)
  const build = await decideRegressions(cases, { confirm })
  expect(build.verdict).toBe('fail')
  expect(build.gates.filter(({ verdict }) => verdict === 'fail')).toEqual([
    expect.objectContaining({ gate: 'failed requests', estimate: 0.02 }),
  ])
  expect(build.gates.at(-1)!.message).toMatchInlineSnapshot(
    `"FAIL          vllm @ 8 req/s  failed requests 20 of 1000, baseline 0 (5 fresh pairs, Holm p = 8.7e-7 among 1 suspect): more failures, limit 1% of the requests"`,
  )
})

// 1 of 600 against 0: p = 0.5, and at most 0.8 % more may fail
test('one lost request is chance', async () => {
  const { baseline, candidate } = pairsOf([0, 0, 0.001])
  const mixed = {
    baseline,
    candidate: [...losing({ baseline, candidate }, 1).candidate.slice(0, 1), ...candidate.slice(1)],
  }
  const build = await decideRegressions([{ ...caseOf([]), ...mixed }], { confirm: neverAsked })
  expect(build.gates.at(-1)).toMatchObject({ gate: 'failed requests', verdict: 'pass', p: expect.closeTo(0.5, 9) })
})

const fine = pairsOf([0, 0.01, 0])
const change = (pairs: TrialPairs, edit: (trial: Trial) => Trial): TrialPairs => ({
  baseline: pairs.baseline,
  candidate: pairs.candidate.map(edit),
})

test.for([
  ['no trial', { baseline: [], candidate: [] }, 'no-data', '0 pairs of trials'],
  ['one pair', pairsOf([0]), 'no-data', '1 pairs of trials'],
  [
    'a trial less',
    { ...fine, candidate: fine.candidate.slice(1) },
    'not-comparable',
    '3 baseline trials and 2 candidate',
  ],
  [
    'other seeds',
    change(fine, (t) => ({ ...t, seed: t.seed + 1 })),
    'not-comparable',
    'has seed 1, its baseline has seed 0',
  ],
  [
    'one seed for all',
    {
      baseline: fine.baseline.map((t) => ({ ...t, seed: 7 })),
      candidate: fine.candidate.map((t) => ({ ...t, seed: 7 })),
    },
    'not-comparable',
    'all trials have the same seed',
  ],
  [
    'a request less',
    change(fine, ({ seed, ttft, tpot, e2eLatency }) => ({
      seed,
      ttft: ttft.slice(1),
      tpot: tpot.slice(1),
      e2eLatency: e2eLatency.slice(1),
    })),
    'not-comparable',
    'different lengths (200, 200, 200, 199, 199, 199)',
  ],
  ['no TPOT in the candidate', change(fine, (t) => ({ ...t, tpot: [] })), 'not-comparable', 'different lengths'],
  [
    'no request',
    {
      baseline: fine.baseline.map(({ seed }) => ({ seed, ttft: [], tpot: [], e2eLatency: [] })),
      candidate: fine.candidate.map(({ seed }) => ({ seed, ttft: [], tpot: [], e2eLatency: [] })),
    },
    'no-data',
    'has no request',
  ],
  ['all requests failed', losing(fine, REQUESTS), 'no-data', 'ttft of trial 0: no request has it on both sides'],
  [
    'a metric of nothing but NaN',
    change(fine, (t) => ({ ...t, tpot: t.tpot.map(() => NaN) })),
    'no-data',
    'tpot of trial 0: no request has it',
  ],
  [
    'a TPOT that one request in ten lost',
    change(fine, (t) => ({ ...t, tpot: t.tpot.map((time, i) => (i % 10 === 0 ? NaN : time)) })),
    'no-data',
    'requests have it on one side only',
  ],
  ['a time of 0', change(fine, (t) => ({ ...t, ttft: t.ttft.with(3, 0) })), 'no-data', 'a request took 0 ms'],
  ['an endless time', change(fine, (t) => ({ ...t, ttft: t.ttft.with(3, Infinity) })), 'no-data', 'took Infinity ms'],
  [
    'seconds for milliseconds',
    change(fine, (t) => ({ ...t, ttft: t.ttft.map((time) => time / 1000) })),
    'not-comparable',
    'over 500 times as fast',
  ],
] as const)('%s is an error, never a pass', async ([, pairs, code, message]) => {
  const cases = [{ ...caseOf([]), ...pairs }]
  await expect(decideRegressions(cases, { confirm: neverAsked })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  })
})

test('no case, and two of the same id, are errors', async () => {
  await expect(decideRegressions([], { confirm: neverAsked })).rejects.toMatchObject({ code: 'no-data' })
  const twice = [caseOf([0, 0, 0]), caseOf([0, 0, 0])]
  await expect(decideRegressions(twice, { confirm: neverAsked })).rejects.toMatchObject({ code: 'not-comparable' })
})

test('a confirmation must be fresh, and of the same make', async () => {
  const cases = [caseOf([0.1, 0.11, 0.12])]
  const stale = () => ({ baseline: cases[0]!.baseline, candidate: cases[0]!.candidate })
  await expect(decideRegressions(cases, { confirm: stale })).rejects.toThrow('delivered the trials of the stage before')
  const none = () => ({ baseline: [], candidate: [] })
  await expect(decideRegressions(cases, { confirm: none })).rejects.toMatchObject({ code: 'no-data' })
})

test('a margin of a gate that does not exist, or of nothing, is an error', async () => {
  const cases = [caseOf([0, 0, 0])]
  for (const margins of [{ 'TTFT typcal': 0.1 }, { 'TTFT tail': 0 }, { 'TTFT tail': NaN }]) {
    await expect(decideRegressions(cases, { confirm: neverAsked, margins })).rejects.toMatchObject({
      code: 'bad-baseline',
    })
  }
})

/** Two of the calibrated engines at two rates, with 1.5 % between runs. `npm run study:false-alarms` is the large one. */
const CELLS: SimulatedCell[] = ['vllm', 'lmdeploy'].flatMap((framework) =>
  [1.5, 3].map((requestRate) => ({ framework, profile: findProfile(framework), load: requestRate, requestRate })),
)

async function decideBuild(build: number, scenario: Scenario): Promise<BuildVerdict> {
  const { cases, confirm } = simulateBuild({ build, cells: CELLS, requests: 100 })(scenario)
  return decideRegressions(cases, { confirm })
}

test('12 simulated builds without change are all green', async () => {
  for (let build = 1; build <= 12; build++) {
    expect((await decideBuild(build, {})).gates.filter(({ verdict }) => verdict === 'fail')).toEqual([])
  }
})

test('an engine that is 10 % slower is found, and no other is blamed', async () => {
  for (let build = 1; build <= 4; build++) {
    const { gates } = await decideBuild(build, { slower: { framework: 'vllm', factor: 1.1 } })
    const failing = gates.filter(({ verdict }) => verdict === 'fail').map((gate) => gate.case.split(' ')[0])
    expect([...new Set(failing)]).toEqual(['vllm'])
  }
})

test('a build that is decided in parts divides the chance of a false failure', async () => {
  const effects = [0.06, 0.08, 0.1]
  const fresh: Confirm = (id, stage) => (stage === 2 ? confirming(around(0.08, 0.03))(id, stage) : null)
  const whole = await decideRegressions([caseOf(effects)], { confirm: fresh })
  const part = await decideRegressions([caseOf(effects)], { confirm: fresh, falseFailChance: 0.001 })
  expect(whole.verdict).toBe('fail')
  expect(part.verdict).toBe('inconclusive')
  expect(part.message).toMatch(/any false FAIL in this build: at most 0\.1%$/)
})
