import { createHash } from 'node:crypto'
import type { Ms, Tokens } from '../base/units.ts'
import type { PromptRequest } from './workload.ts'

/**
 * SHA-256, hex, over the nonce's length and then, in order, each prompt without the words of its nonce, its lengths as sent
 * (nonce counted) and its offset. Equal digests mean an equal stimulus but for the words of the nonces, which are others in
 * every load.
 *
 * `bodies` are what stands behind the nonces. Each is framed by a line with its size in bytes, its lengths and its offset,
 * so no two stimuli run together into the same bytes.
 */
export function digest(bodies: readonly PromptRequest[], offsets: readonly Ms[], nonceTokens: Tokens): string {
  const hash = createHash('sha256')
  hash.update(`nonce ${nonceTokens}\n`)
  bodies.forEach(({ prompt, promptTokens, outputTokens }, i) => {
    hash.update(`${Buffer.byteLength(prompt)} ${promptTokens} ${outputTokens} ${offsets[i]}\n${prompt}`)
  })
  return hash.digest('hex')
}
