import { createRandom } from '../base/random.ts'
import type { Tokens } from '../base/units.ts'
import { promptOfTokens } from './words.ts'
import type { PromptRequest } from './workload.ts'

/**
 * How many tokens of a prompt are its nonce: words at its head that no other prompt begins with, so that no prefix cache
 * knows it.
 *
 * Eight of 336 words: 8 x log2(336) = 67 bits. Among the n prompts that a server has ever seen, two begin alike with a
 * chance of about n^2 / 2^68: three in a billion after a million prompts.
 */
export const NONCE_TOKENS: Tokens = 8

/**
 * What of a request stands behind its nonce, with the length that is sent. A filler prompt gives up its first words, and
 * all of them where it has no more than a nonce: its length stays. Any other prompt becomes longer by the nonce.
 */
export function bodyOf(request: PromptRequest): PromptRequest {
  if (request.isFiller !== true) return { ...request, promptTokens: request.promptTokens + NONCE_TOKENS }
  return { ...request, prompt: request.prompt.split(' ').slice(NONCE_TOKENS).join(' ') }
}

/**
 * The requests as they are sent: each body with its nonce and a blank in front, no two nonces alike. The words follow from
 * `key` and `seed`; another one of either gives others.
 */
export function withNonces(bodies: readonly PromptRequest[], key: string, seed: number): PromptRequest[] {
  const random = createRandom(seed, `nonce ${key}`)
  const used = new Set<string>()
  return bodies.map((body) => {
    let nonce: string
    do nonce = promptOfTokens(random, NONCE_TOKENS)
    while (used.has(nonce))
    used.add(nonce)
    if (body.prompt !== '') return { ...body, prompt: `${nonce} ${body.prompt}` }
    return { ...body, prompt: nonce.split(' ').slice(0, body.promptTokens).join(' ') }
  })
}
