import type { Random } from '../base/random.ts'
import type { Tokens } from '../base/units.ts'

/**
 * Common short English words, each of which is one token in cl100k_base and in o200k_base, with a blank before it and
 * without (words.test.ts checks every one), so that a prompt of n words has n tokens. Llama 3's ranks begin with those
 * of cl100k_base.
 */
export const WORDS: readonly string[] = `
time year people way day man thing woman life child world school state family student group country
problem hand part place case week company system program question work number night point home water room
mother area money story fact month lot right study book eye job word business issue side kind head house
service friend father power hour game line end member law car city community name team minute idea kid
body information back parent face level office door health person art war history party result change
reason research girl moment air teacher force education foot boy age policy music market sense nation plan
college interest death course someone experience effect class control field development role son dog cat
tree river hill sun moon star rain snow wind fire stone road bridge wall floor window table chair bed lamp
cup plate bread tea coffee salt apple fish bird horse cow red blue green white black brown gold silver big
small long short high low old new young good bad best fast slow hot cold warm cool dry hard soft light
dark early late near far open close first last next same other few many some any each every both all the
and but for with from into over under after before about between through during without against among
because while since until when where what who how why not yes one two three four five six seven eight nine
ten make take give find tell ask feel try leave call keep let begin show hear play run move live hold
bring write sit stand lose pay meet include continue set learn lead watch follow stop create read allow
add grow walk win offer remember love consider appear buy wait serve die send expect build stay fall cut
reach kill remain suggest raise pass sell require report pull train model token server request answer
paper letter page song voice sound picture color map key box bag ship boat plane wheel engine machine tool
glass metal wood cloth
`
  .trim()
  .split(/\s+/)

/** A text of exactly `tokens` tokens (at least one) by cl100k_base and o200k_base: random words joined by blanks. */
export function promptOfTokens(random: Random, tokens: Tokens): string {
  return Array.from({ length: tokens }, () => WORDS[Math.floor(random.next() * WORDS.length)]).join(' ')
}

const LONG_WORD = 12
const LETTERS_PER_TOKEN = 6

/**
 * How many tokens a text has, without a tokenizer: one for each word between white space, and one for each six letters
 * begun of a word longer than twelve. Exact for `promptOfTokens`; for other English prose it is low, since punctuation
 * and rare words cost tokens of their own, and for scripts without blanks it is worthless.
 */
export function estimateTokens(text: string): Tokens {
  let tokens = 0
  for (const [word] of text.matchAll(/\S+/g)) tokens += tokensOfWord(word)
  return tokens
}

/** What `estimateTokens` counts for one word. */
export function tokensOfWord(word: string): Tokens {
  return word.length > LONG_WORD ? Math.ceil(word.length / LETTERS_PER_TOKEN) : 1
}
