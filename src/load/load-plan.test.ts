import { expect, test } from 'vitest'
import { vllm } from '../frameworks/index.ts'
import { toWireRequest } from '../frameworks/wire-request.ts'
import { findProfile } from '../frameworks/find-profile.ts'
import { type LoadPlan, planLoad, timeoutsOf } from './load-plan.ts'
import { virtualTime } from './virtual-time.ts'

const OFF = { connect: 5000, firstByte: Infinity, idle: Infinity, total: Infinity }

function plan(): LoadPlan {
  const profile = findProfile('vllm')
  const planned = planLoad({
    workload: {
      requests: Array.from({ length: 12 }, (_, i) => ({ prompt: `"ä" ${i}`, promptTokens: 9, outputTokens: 4 + i })),
      offsets: Array.from({ length: 12 }, (_, i) => i * 31.7),
      fill: 2,
    },
    toWireRequest: ({ prompt, outputTokens }) =>
      toWireRequest(vllm(), { model: profile.model, prompt, outputTokens, fixedLength: true }),
    protocol: 'openai-completions',
    fixedLength: true,
    timeouts: OFF,
    maxConcurrency: 3,
  })
  return { ...planned, endpoint: { kind: 'simulated', profile, seed: 7 } }
}

test.for([
  ['JSON', (plan: LoadPlan) => JSON.parse(JSON.stringify(plan)) as LoadPlan],
  ['a structured clone', structuredClone],
] as const)('a plan is data: through %s it is the same, and so is what it brings', async ([, through]) => {
  expect(through(plan())).toEqual(plan())
  const [there, here] = [await virtualTime().send(through(plan())), await virtualTime().send(plan())]
  expect(there).toEqual(here)
  expect(here.records.map(({ index, outcome }) => [index, outcome.status])).toEqual(
    Array.from({ length: 12 }, (_, i) => [i - 2, 'completed']),
  )
})

test('a time-out that is switched off stays so', () => {
  expect(timeoutsOf(plan())).toEqual(OFF)
})
