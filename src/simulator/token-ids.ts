import type { Tokens } from '../base/units.ts'
import { tokensOfWord } from '../workload/words.ts'
import type { GenerationCall } from './dialects/dialect.ts'
import { pieceWord } from './dialects/event-writer.ts'
import type { TokenIds } from './sequence.ts'

/**
 * The tokens of a prompt and of the answer to it, as far as a prefix cache compares them: a word is a hash of its letters,
 * and the first token of a message is mixed with its role. So an answer that is sent back as the next message of the
 * conversation has the tokens that it had when it was generated.
 */
export function sequenceIds(call: GenerationCall, chatTemplateTokens: Tokens): TokenIds {
  const prompt = promptIds(call, chatTemplateTokens)
  const answerRole = call.shape === 'chat' ? 'assistant' : null
  return (position) => {
    if (position < prompt.length) return prompt[position]!
    const index = position - prompt.length
    const id = hash(pieceWord(index))
    return index === 0 ? spokenBy(answerRole, id) : id
  }
}

/**
 * As many as the call counts: those of the chat template in front, which every chat begins with, and then its words. The
 * salt of a request is mixed into its very first token, since everything after it depends on that.
 */
export function promptIds({ shape, prompt, cacheSalt }: GenerationCall, chatTemplateTokens: Tokens): number[] {
  const ids = Array.from({ length: shape === 'chat' ? chatTemplateTokens : 0 }, (_, i) => mix(TEMPLATE, i))
  for (const { role, text } of prompt) {
    const start = ids.length
    for (const [word] of text.matchAll(/\S+/g)) {
      const id = hash(word)
      for (let piece = 0; piece < tokensOfWord(word); piece++) ids.push(piece === 0 ? id : mix(id, piece))
    }
    if (ids.length > start) ids[start] = spokenBy(role, ids[start]!)
  }
  if (cacheSalt !== null && ids.length > 0) ids[0] = mix(ids[0]!, hash(cacheSalt))
  return ids
}

const spokenBy = (role: string | null, id: number): number => (role === null ? id : mix(id, hash(role)))

/** FNV-1a over UTF-16, 32 bits. */
function hash(text: string): number {
  let state = 0x811c9dc5
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193)
  return state
}

function mix(a: number, b: number): number {
  const product = Math.imul(a ^ Math.imul(b + 1, 0x85ebca6b), 0x9e3779b1)
  return product ^ (product >>> 15)
}

const TEMPLATE = hash('chat template')
