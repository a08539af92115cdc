import { expect, test } from 'vitest'
import { findProfile, PROFILES } from '../frameworks/find-profile.ts'
import { EngineProfile } from './profile.ts'
import { scaleProfile } from './scale-profile.ts'

const rtx3090 = { bandwidthGBs: 936, tflops: 71, memoryGiB: 24 }
const vllm = findProfile('vllm')

/** Reading the weights once, and one token's arithmetic. */
const dense = ({ cost: { linear } }: EngineProfile): number[] => {
  if (linear.kind !== 'dense') throw new Error(`not dense: ${linear.kind}`)
  return [linear.weightReadMs, linear.tokenMs]
}

test('on its own card a profile stays what it is, but for being an estimate', () => {
  for (const profile of PROFILES)
    expect(scaleProfile(profile, { gpu: rtx3090 })).toEqual({ ...profile, estimate: true })
})

test('twice the bandwidth halves reading, twice the FLOP/s halve arithmetic, and the host stays as it is', () => {
  const scaled = scaleProfile(vllm, { gpu: { bandwidthGBs: 1872, tflops: 142, memoryGiB: 24 } })
  const [weightReadMs, tokenMs] = dense(vllm)
  expect(dense(scaled)).toEqual([weightReadMs! / 2, tokenMs! / 2])
  expect(scaled.cost.kvReadTokenMs).toBe(vllm.cost.kvReadTokenMs / 2)
  expect(scaled.cost.sequenceMs).toBe(vllm.cost.sequenceMs)
  expect(scaled.scheduler.blocks).toBe(vllm.scheduler.blocks)
})

// 0.9 x 56 GiB more are 54.1 GB; a block of 16 tokens takes 2.1 MB, so 25,804 blocks more.
test('80 GiB in place of 24 leave room for 25,804 more blocks', () => {
  const scaled = scaleProfile(vllm, { gpu: { bandwidthGBs: 2039, tflops: 312, memoryGiB: 80 } })
  expect(scaled.scheduler.blocks - vllm.scheduler.blocks).toBeCloseTo(25_804, -1)
  expect(EngineProfile.parse(scaled)).toEqual(scaled)
})

test('a model of twice the bytes takes twice the reading and twice the arithmetic', () => {
  const gpu = { ...rtx3090, memoryGiB: 48 }
  const scaled = scaleProfile(vllm, { gpu, weightsBytes: 30.02e9 })
  const [weightReadMs, tokenMs] = dense(vllm)
  expect(dense(scaled)[0]).toBeCloseTo(2 * weightReadMs!, 9)
  expect(dense(scaled)[1]).toBeCloseTo(2 * tokenMs!, 9)
})

test('half the bytes of a token are half the reading and twice the room', () => {
  const scaled = scaleProfile(vllm, { gpu: rtx3090, kvBytesPerToken: 65_536 })
  expect(scaled.cost.kvReadTokenMs).toBeCloseTo(vllm.cost.kvReadTokenMs / 2, 12)
  expect(scaled.scheduler.blocks).toBe(2 * vllm.scheduler.blocks)
})

test('what does not fit is refused', () => {
  expect(() => scaleProfile(vllm, { gpu: { ...rtx3090, memoryGiB: 16 } })).toThrow(
    '16 GiB do not hold 15.0 GB of weights and the keys and values of 8192 tokens.',
  )
})
