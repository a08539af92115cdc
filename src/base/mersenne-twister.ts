/**
 * MT19937 as numpy's `RandomState` and Python's `random` use it, so that streams which other tools drew can be drawn
 * again. For anything else use `createRandom`.
 *
 * Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998), with the 2002 initialisation.
 */
export interface MersenneTwister {
  /** Uniform on [0, 1), 53 bits: `random.random()` and `RandomState.random_sample()`. */
  nextU53(): number
  /** `k` random bits as a number, 1 <= k <= 32: Python's `random.getrandbits(k)`. */
  getrandbits(k: number): number
}

const STATE_LENGTH = 624
const MIDDLE = 397

/** The state of numpy's `RandomState(seed)` and `np.random.seed(seed)`, 0 <= seed < 2^32. */
export function initGenrand(seed: number): MersenneTwister {
  return twister(seededState(seed))
}

/** The reference's `init_by_array`: any number of 32-bit words. */
export function initByArray(key: readonly number[]): MersenneTwister {
  const state = seededState(19_650_218)
  let i = 1
  let j = 0
  for (let k = Math.max(STATE_LENGTH, key.length); k > 0; k--) {
    state[i] = (at(state, i) ^ Math.imul(stirred(state, i - 1), 1_664_525)) + key[j]! + j
    i++
    j = (j + 1) % key.length
    if (i >= STATE_LENGTH) i = wrap(state)
  }
  for (let k = STATE_LENGTH - 1; k > 0; k--) {
    state[i] = (at(state, i) ^ Math.imul(stirred(state, i - 1), 1_566_083_941)) - i
    i++
    if (i >= STATE_LENGTH) i = wrap(state)
  }
  state[0] = 0x80000000
  return twister(state)
}

/** The state of Python's `random.seed(seed)` for a safe integer: its magnitude in 32-bit words, lowest first. */
export function pythonSeed(seed: number): MersenneTwister {
  const low = Math.abs(seed) % 4_294_967_296
  const high = Math.floor(Math.abs(seed) / 4_294_967_296)
  return initByArray(high === 0 ? [low] : [low, high])
}

function seededState(seed: number): Uint32Array {
  const state = new Uint32Array(STATE_LENGTH)
  state[0] = seed
  for (let i = 1; i < STATE_LENGTH; i++) state[i] = Math.imul(stirred(state, i - 1), 1_812_433_253) + i
  return state
}

function twister(state: Uint32Array): MersenneTwister {
  let position = STATE_LENGTH
  const next32 = (): number => {
    if (position === STATE_LENGTH) {
      twist(state)
      position = 0
    }
    let y = at(state, position++)
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }
  return {
    nextU53: () => ((next32() >>> 5) * 67_108_864 + (next32() >>> 6)) / 9_007_199_254_740_992,
    getrandbits: (k) => next32() >>> (32 - k),
  }
}

function twist(state: Uint32Array): void {
  for (let i = 0; i < STATE_LENGTH; i++) {
    const y = (at(state, i) & 0x80000000) | (at(state, (i + 1) % STATE_LENGTH) & 0x7fffffff)
    state[i] = at(state, (i + MIDDLE) % STATE_LENGTH) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
  }
}

function stirred(state: Uint32Array, i: number): number {
  return at(state, i) ^ (at(state, i) >>> 30)
}

function wrap(state: Uint32Array): number {
  state[0] = at(state, STATE_LENGTH - 1)
  return 1
}

/** Every index here is below the length by construction. */
function at(state: Uint32Array, i: number): number {
  return state[i]!
}
