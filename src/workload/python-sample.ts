import type { MersenneTwister } from '../base/mersenne-twister.ts'

/**
 * Python's `random.sample(range(n), k)` (CPython 3.11 to 3.13), for streams that a Python tool drew. `k <= n`.
 *
 * Small populations are drawn from a shrinking pool, large ones by rejecting repeats: CPython takes whichever needs
 * less memory, and the two consume the stream differently.
 */
export function pythonSample(random: MersenneTwister, n: number, k: number): number[] {
  return n <= setSize(k) ? samplePool(random, n, k) : sampleSet(random, n, k)
}

/** Python's `random.shuffle(list)`; a shuffled copy. */
export function pythonShuffle<T>(random: MersenneTwister, list: readonly T[]): T[] {
  const shuffled = [...list]
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = randBelow(random, i + 1)
    const swapped = shuffled[i]!
    shuffled[i] = shuffled[j]!
    shuffled[j] = swapped
  }
  return shuffled
}

/** Python's `random.choices(list, k=k)`: with repeats. The list is not empty. */
export function pythonChoices<T>(random: MersenneTwister, list: readonly T[], k: number): T[] {
  return Array.from({ length: k }, () => list[Math.floor(random.nextU53() * list.length)]!)
}

function setSize(k: number): number {
  return k > 5 ? 21 + 4 ** Math.ceil(Math.log(k * 3) / Math.log(4)) : 21
}

function samplePool(random: MersenneTwister, n: number, k: number): number[] {
  const pool = Array.from({ length: n }, (_, i) => i)
  return Array.from({ length: k }, (_, i) => {
    const j = randBelow(random, n - i)
    const drawn = pool[j]!
    pool[j] = pool[n - i - 1]!
    return drawn
  })
}

function sampleSet(random: MersenneTwister, n: number, k: number): number[] {
  const drawn = new Set<number>()
  while (drawn.size < k) drawn.add(randBelow(random, n))
  return [...drawn]
}

/** Uniform on 0..n-1 for 1 <= n < 2^32 by rejection, as `Random._randbelow_with_getrandbits`. */
function randBelow(random: MersenneTwister, n: number): number {
  const bits = 32 - Math.clz32(n)
  let drawn = random.getrandbits(bits)
  while (drawn >= n) drawn = random.getrandbits(bits)
  return drawn
}
