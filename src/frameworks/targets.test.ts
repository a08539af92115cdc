import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { temporaryFile } from '../workload/temporary-file.testkit.ts'
import { atUrl, llamaCpp, mlcLlm, tensorrtLlm, tgi, vllm } from './targets.ts'

test.for([
  { name: 'stream', extraBody: { stream: false }, says: /extraBody would replace "stream"\. .*always streamed/ },
  { name: 'a prompt', extraBody: { prompt: 'other' }, says: /would replace "prompt"\..*prompts come from the dataset/ },
])('extraBody must leave $name alone', ({ extraBody, says }) => {
  expect(() => vllm({ extraBody })).toThrow(says)
})

test('an endpoint that a server does not have is refused with those that it has', () => {
  // @ts-expect-error vLLM has no protocol of its own
  expect(() => vllm({ endpoint: 'native' })).toThrow('vllm has no endpoint "native". Choose one of: completions, chat.')
  expect(tgi().recipe.protocol).toBe('tgi-generate')
})

test('a simulated engine has the version of its profile; at a URL only what was stated holds', () => {
  expect(mlcLlm().version).toBe('0.1.dev1166')
  expect(atUrl(mlcLlm(), { url: 'http://host' }).version).toBe(null)
  expect(atUrl(mlcLlm({ version: '0.1.dev1166' }), { url: 'http://host' }).version).toBe('0.1.dev1166')
})

test('key, headers and certificates given in code hold for a URL that comes from elsewhere; its own key goes before', () => {
  const target = vllm({ apiKey: 'in code', headers: { 'x-tenant': 'a' }, tls: { insecure: true } })
  expect(atUrl(target, { url: 'https://host' }).endpoint).toEqual({
    kind: 'url',
    url: 'https://host',
    headers: { 'x-tenant': 'a', authorization: 'Bearer in code' },
    tls: { rejectUnauthorized: false },
  })
  expect(atUrl(target, { url: 'https://host', apiKey: 'other' }).endpoint).toMatchObject({
    headers: { authorization: 'Bearer other' },
  })
})

test('trtllm-serve and llama.cpp are not simulated: without a URL they have nowhere to ask', () => {
  expect(tensorrtLlm().endpoint.kind).toBe('simulated')
  expect(tensorrtLlm({ server: 'trtllm-serve' }).endpoint.kind).toBe('unset')
  expect(llamaCpp().endpoint.kind).toBe('unset')
})

test('an authority is given as a file or as its text; a file without one is refused', async () => {
  const pem = '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n'
  const file = await temporaryFile('ca.pem', pem)
  expect(llamaCpp({ tls: { ca: file } }).connection.tls).toEqual({ ca: pem })
  expect(llamaCpp({ tls: { ca: pem } }).connection.tls).toEqual({ ca: pem })
  writeFileSync(file, 'nothing')
  expect(() => llamaCpp({ tls: { ca: file } })).toThrow(
    /cannot be read from .*ca\.pem \(there is no certificate in it\)/,
  )
  expect(() => llamaCpp({ tls: { ca: '/no/such.pem' } })).toThrow('/no/such.pem (ENOENT). Give a PEM file')
})
