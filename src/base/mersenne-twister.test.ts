import { expect, test } from 'vitest'
import { initByArray, initGenrand, pythonSeed } from './mersenne-twister.ts'

test('init_by_array gives the first outputs of the reference implementation', () => {
  // mt19937ar.out, printed by the authors' own main().
  const random = initByArray([0x123, 0x234, 0x345, 0x456])
  const first = Array.from({ length: 5 }, () => random.getrandbits(32))
  expect(first).toEqual([1067595299, 955945823, 477289528, 4107218783, 4228976476])
})

test('init_genrand gives the numbers of RandomState(42).random_sample', () => {
  const random = initGenrand(42)
  expect([random.nextU53(), random.nextU53(), random.nextU53()]).toEqual([
    0.3745401188473625, 0.9507143064099162, 0.7319939418114051,
  ])
})

test('init_genrand(0) gives the exponential gaps of np.random.seed(0)', () => {
  const random = initGenrand(0)
  const gaps = Array.from({ length: 5 }, () => -Math.log(1 - random.nextU53()))
  const golden = [0.79587450816311, 1.2559307629658378, 0.9232231458040688, 0.7872011523172707, 0.5510484910954992]
  // Math.log and libm's log may differ in the last of 53 bits.
  golden.forEach((gap, i) => expect(Math.abs(gaps[i]! / gap - 1)).toBeLessThan(4e-16))
})

test('a Python seed is its magnitude: -7 and 7 are one stream', () => {
  expect(pythonSeed(-7).nextU53()).toBe(pythonSeed(7).nextU53())
})

test('k random bits are the top k of the next word', () => {
  const [word, bits] = [pythonSeed(3).getrandbits(32), pythonSeed(3).getrandbits(5)]
  expect(bits).toBe(word >>> 27)
})
