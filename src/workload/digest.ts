import { createHash } from 'node:crypto'
import type { Ms } from '../units.ts'
import type { PromptRequest } from './workload.ts'

/**
 * SHA-256, hex, over every prompt, length and offset, in order. Equal digests mean an equal stimulus.
 *
 * Each request is framed by a line with the size of its prompt in bytes, its lengths and its offset, so no two stimuli
 * run together into the same bytes.
 */
export function digest(requests: readonly PromptRequest[], offsets: readonly Ms[]): string {
  const hash = createHash('sha256')
  requests.forEach(({ prompt, promptTokens, outputTokens }, i) => {
    hash.update(`${Buffer.byteLength(prompt)} ${promptTokens} ${outputTokens} ${offsets[i]}\n${prompt}`)
  })
  return hash.digest('hex')
}
