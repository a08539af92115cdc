/** A stream of pseudo-random numbers. Passed in wherever chance plays a part; nothing here reads `Math.random`. */
export interface Random {
  /** Uniform on [0, 1), 53 bits. */
  next(): number
}

/**
 * A reproducible stream for `seed`, apart from every other `stream` of the same seed.
 *
 * sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, passes PractRand to 32 TB. The state is filled by
 * cyrb128-style hashing of the stream's name and the seed, then stirred.
 */
export function createRandom(seed: number, stream: string): Random {
  let [a, b, c, d] = hash128(`${stream}\u0000${seed}`)
  const next32 = (): number => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
  for (let i = 0; i < 16; i++) next32()
  return { next: () => ((next32() >>> 5) * 67_108_864 + (next32() >>> 6)) / 9_007_199_254_740_992 }
}

/** One draw of the standard normal law (Box and Muller; the second value is thrown away to keep streams simple). */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()))
  return radius * Math.cos(2 * Math.PI * random.next())
}

function hash128(text: string): [number, number, number, number] {
  let h1 = 1_779_033_703
  let h2 = 3_144_134_277
  let h3 = 1_013_904_242
  let h4 = 2_773_480_762
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i)
    h1 = h2 ^ Math.imul(h1 ^ k, 597_399_067)
    h2 = h3 ^ Math.imul(h2 ^ k, 2_869_860_233)
    h3 = h4 ^ Math.imul(h3 ^ k, 951_274_213)
    h4 = h1 ^ Math.imul(h4 ^ k, 2_716_044_179)
  }
  return [h1 | 0, h2 | 0, h3 | 0, h4 | 0]
}
