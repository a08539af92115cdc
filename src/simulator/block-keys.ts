import type { Tokens } from '../base/units.ts'
import type { TokenIds } from './sequence.ts'

/** The key of full block `index` of a sequence. */
export type BlockKeys = (index: number) => number

/**
 * Keys of the full blocks of a sequence. A key depends on the tokens of its block and on all before them, so that equal
 * keys mean equal beginnings. It is made of two 32-bit chains, cut to the 53 bits that a number holds exactly: among a
 * million blocks two that differ have the same key with a chance of 1 in 18,000 (10^12 / 2 pairs over 2^53).
 */
export function createBlockKeys(ids: TokenIds, blockTokens: Tokens): BlockKeys {
  const keys: number[] = []
  let a = 0x2545f491
  let b = 0x6c078965
  return (index) => {
    while (keys.length <= index) {
      const end = (keys.length + 1) * blockTokens
      for (let position = end - blockTokens; position < end; position++) {
        const id = ids(position)
        a = Math.imul(a ^ id, 0x85ebca6b)
        a ^= a >>> 15
        b = Math.imul(((b << 13) | (b >>> 19)) ^ Math.imul(id, 0xcc9e2d51), 5) + 0x6546b64
      }
      keys.push((a >>> 0) * 2 ** 21 + (b >>> 11))
    }
    return keys[index]!
  }
}
