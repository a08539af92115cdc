import { expect, test } from 'vitest'
import { iterationMs } from './cost.ts'
import { mlcW4a16 } from './profiles/mlc-llm.ts'
import { lmdeployBase } from './profiles/lmdeploy.ts'
import { vllmAwq, vllmBase } from './profiles/vllm.ts'

const decode = (sequences: number, contextTokens = 0) => ({
  decodeSequences: sequences,
  prefillSequences: 0,
  prefillTokens: 0,
  contextTokens,
})
const prefill = (tokens: number) => ({
  decodeSequences: 0,
  prefillSequences: 1,
  prefillTokens: tokens,
  contextTokens: 0,
})

test('one decoding sequence: 18.54 ms of weights meet a tile of 64 x 0.2216 = 14.18 ms at a knee of 5.4, 19.28 ms', () => {
  // 15.01 GB at 0.865 x 936 GB/s; around it 0.684 ms per iteration and 0.294 ms per sequence.
  expect(iterationMs(vllmBase, decode(1))).toBeCloseTo(19.28 + 0.684 + 0.294, 2)
})

test('a long prefill costs its arithmetic: 2 x 6.98e9 FLOP at 63 TFLOPS is 0.2216 ms a token', () => {
  const more = iterationMs(vllmBase, prefill(2048)) - iterationMs(vllmBase, prefill(1024))
  expect(more / 1024).toBeCloseTo(0.2216, 3)
})

test('prefill is paid in tiles of 64 tokens', () => {
  expect(iterationMs(vllmBase, prefill(641))).toBe(iterationMs(vllmBase, prefill(704)))
  expect(iterationMs(vllmBase, prefill(640))).toBeLessThan(iterationMs(vllmBase, prefill(641)))
})

test('the ninth row makes the weights 8.12 % dearer: 20.04 ms before the knee, 20.58 ms behind it', () => {
  const ninth = iterationMs(vllmBase, decode(9)) - iterationMs(vllmBase, decode(8)) - 0.294
  expect(ninth).toBeCloseTo(20.584 - 19.279, 2)
})

test('10,000 tokens of context cost 1.81 x 131,072 bytes each: 2.93 ms', () => {
  expect(iterationMs(vllmBase, decode(1, 10_000)) - iterationMs(vllmBase, decode(1))).toBeCloseTo(2.93, 2)
})

test('an overlapped host is nearly free, a serial one is paid in full', () => {
  const serial = iterationMs(vllmBase, decode(64)) - iterationMs(vllmBase, decode(32))
  const overlapped = iterationMs(lmdeployBase, decode(64)) - iterationMs(lmdeployBase, decode(32))
  expect(serial).toBeCloseTo(32 * 0.294, 9)
  expect(overlapped).toBeLessThan(serial / 2)
})

test('mlc-llm re-reads 4-bit weights per group of four rows, and is flat above eight', () => {
  const linear = [1, 4, 8, 9, 48].map((rows) => iterationMs(mlcW4a16, decode(rows)) - 4.25 - 0.102 * rows)
  expect(linear.map((ms) => ms.toFixed(1))).toEqual(['5.2', '6.8', '13.7', '25.0', '25.0'])
})

test('AWQ leaves its fused kernel at 256 rows, where de-quantising pays', () => {
  expect(iterationMs(vllmAwq, prefill(256))).toBeLessThan(iterationMs(vllmAwq, prefill(255)))
})
