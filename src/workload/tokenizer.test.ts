import cl100k from 'js-tiktoken/ranks/cl100k_base'
import { expect, test } from 'vitest'
import { temporaryFile } from './temporary-file.testkit.ts'
import { loadTokenizer } from './tokenizer.ts'

/** js-tiktoken's "! first-rank token token ..." as a file of "token rank" lines. */
function tiktokenLines(ranks: string): string {
  const lines = ranks.split('\n').flatMap((group) => {
    const [, first, ...tokens] = group.split(' ')
    return tokens.map((token, i) => `${token} ${Number(first) + i}`)
  })
  return `${lines.join('\n')}\n`
}

test('an encoding is found by its name', async () => {
  const tokenizer = await loadTokenizer('cl100k_base')
  expect(tokenizer.name).toBe('cl100k_base')
  expect(tokenizer.count('tiktoken is great!')).toBe(6)
  expect(tokenizer.count('')).toBe(0)
})

test('a ranks file counts as the encoding it holds, contractions and all, under Llama 3 special tokens', async () => {
  const path = await temporaryFile('tokenizer.model', tiktokenLines(cl100k.bpe_ranks))
  const [fromFile, named] = await Promise.all([loadTokenizer(path), loadTokenizer('cl100k_base')])
  for (const text of ["I'm sure they'LL say: don't!", 'naïve 日本語 12345\r\n\r\n  x', 'a'.repeat(40)]) {
    expect(fromFile.count(text)).toBe(named.count(text))
  }
  expect(fromFile.count('<|start_header_id|>user<|end_header_id|>')).toBe(3)
})

test('a file of another format is refused with its line', async () => {
  const path = await temporaryFile('tokenizer.json', 'IQ== 0\n{"model": {}}\n')
  await expect(loadTokenizer(path)).rejects.toMatchObject({
    code: 'bad-tokenizer',
    message: expect.stringContaining('tokenizer.json, line 2: not a base64 token, a blank and a rank.'),
  })
})

test.for(['llama-3', 'toString', '/'])('%s is no tokenizer, and the names of all are listed', async (name) => {
  await expect(loadTokenizer(name)).rejects.toMatchObject({
    code: 'bad-tokenizer',
    message: expect.stringMatching(`There is no tokenizer ${name}: .*cl100k_base, o200k_base, .*gpt2, or the path`),
  })
})
