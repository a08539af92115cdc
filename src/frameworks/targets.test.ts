import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { NO_PROXIES } from '../client/proxy.ts'
import { SELF_SIGNED } from '../client/self-signed.testkit.ts'
import { temporaryFile } from '../workload/temporary-file.testkit.ts'
import type { UrlTarget } from './target.ts'
import { atUrl, withCommonKey } from './at-url.ts'
import { llamaCpp, mlcLlm, openai, tensorrtLlm, tgi, vllm } from './index.ts'
import { toWireRequest } from './wire-request.ts'

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
  expect(atUrl(mlcLlm(), 'http://host').version).toBe(null)
  expect(atUrl(mlcLlm({ version: '0.1.dev1166' }), 'http://host').version).toBe('0.1.dev1166')
})

test('a simulation that is asked for is told from one for want of a server, and takes nothing that a server needs', () => {
  expect(vllm().endpoint).toMatchObject({ kind: 'simulated', byDefault: true })
  const asked = vllm.simulated({ variant: 'awq', slowdown: 1.3, version: '9' })
  expect(asked).toMatchObject({ version: '9', variant: 'awq', endpoint: { kind: 'simulated', byDefault: false } })
  expect(asked.endpoint.kind === 'simulated' && asked.endpoint.profile.slowdown).toBe(1.3)
  expect(tensorrtLlm.simulated().recipe.protocol).toBe('triton-generate')
  // @ts-expect-error an engine has no URL
  expect(() => vllm.simulated({ url: 'http://host' })).toThrow('vllm.simulated() has no option "url".')
})

test('what an engine is made of is refused for a server, with the form that takes it', () => {
  // @ts-expect-error
  expect(() => vllm({ slowdown: 1.3 })).toThrow(
    'The option slowdown of vllm() belongs to a simulated engine. Write vllm.simulated({ slowdown }).',
  )
  // @ts-expect-error
  expect(() => tensorrtLlm({ profile: {} })).toThrow('Write tensorrtLlm.simulated({ profile }).')
})

test('key, headers and certificates given in code hold for a URL that comes from elsewhere', () => {
  const target = vllm({ apiKey: 'in code', headers: { 'x-tenant': 'a' }, tls: { insecure: true } })
  expect(atUrl(target, 'https://host').endpoint).toEqual({
    kind: 'url',
    url: 'https://host',
    query: '',
    headers: { 'x-tenant': 'a', authorization: 'Bearer in code' },
    tls: { rejectUnauthorized: false },
    proxies: NO_PROXIES,
  })
})

test.for<[string, UrlTarget, string | undefined]>([
  ['no credentials', vllm({ url: 'http://host' }) as UrlTarget, 'Bearer common'],
  ['a header that is none', vllm({ url: 'http://host', headers: { 'x-tenant': 'a' } }) as UrlTarget, 'Bearer common'],
  ['an apiKey', vllm({ url: 'http://host', apiKey: 'own' }) as UrlTarget, 'Bearer own'],
  ['an apiKey and a user', vllm({ url: 'http://u:p@host', apiKey: 'own' }) as UrlTarget, 'Bearer own'],
  ['an apiKey in code, a URL from elsewhere', atUrl(vllm({ apiKey: 'own' }), 'http://host'), 'Bearer own'],
  ['an empty apiKey', vllm({ url: 'http://host', apiKey: '' }) as UrlTarget, undefined],
  ['a user and a password', vllm({ url: 'http://u:p@host' }) as UrlTarget, 'Basic dTpw'],
  ['a header of its own', vllm({ url: 'http://host', headers: { 'api-key': 'own' } }) as UrlTarget, undefined],
])('the common key is for a target without credentials of its own: %s', ([, target, authorization]) => {
  expect(withCommonKey(target, 'common').endpoint.headers['authorization']).toBe(authorization)
})

test('a request has one authorization: the key goes before a header of that name, however it is written', () => {
  const { endpoint } = vllm({ url: 'http://host', apiKey: 'own', headers: { Authorization: 'Bearer h' } }) as UrlTarget
  expect(endpoint.headers).toEqual({ authorization: 'Bearer own' })
})

test('a header of the name api-key is a secret beside an apiKey', () => {
  const { secrets } = openai({ url: 'http://host', apiKey: 'zebra-1-key', headers: { 'api-key': 'zebra-2-key' } })
  expect(secrets).toEqual(expect.arrayContaining(['zebra-1-key', 'zebra-2-key']))
})

test('the query of a base URL stands at the end of every path, and never in the URL that is shown', () => {
  const target = openai({ url: 'https://x.example/openai/deployments/m/v1?api-version=2024-06-01' }) as UrlTarget
  expect(target.endpoint).toMatchObject({
    url: 'https://x.example/openai/deployments/m',
    query: '?api-version=2024-06-01',
  })
  const input = { model: 'm', prompt: 'p', outputTokens: 1, fixedLength: false }
  expect(toWireRequest(target, input).path).toBe('/v1/chat/completions?api-version=2024-06-01')
})

test('a fragment is refused: it is never sent', () => {
  expect(() => vllm({ url: 'http://host/a?k=planted#planted' })).toThrow(
    'The URL http://host/a has a fragment (#...), which is never sent to a server.',
  )
})

test('trtllm-serve and llama.cpp are not simulated: without a URL they have nowhere to ask', () => {
  expect(tensorrtLlm().endpoint.kind).toBe('simulated')
  expect(tensorrtLlm({ server: 'trtllm-serve' }).endpoint.kind).toBe('unset')
  expect(llamaCpp().endpoint.kind).toBe('unset')
})

test('a client certificate needs its own key, and the pass phrase of an encrypted one, which is a secret', async () => {
  const { cert, key } = SELF_SIGNED
  const passphrase = 'open-sesame-1001'
  const encrypted = String(
    createPrivateKey(key).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }),
  )
  const file = await temporaryFile('me.key', encrypted)
  const target = llamaCpp({ tls: { cert, key: file, passphrase } })
  expect(target.connection.tls).toEqual({ cert, key: encrypted, passphrase })
  expect(target.secrets).toContain(passphrase)
  const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  })
  for (const [tls, says] of [
    [{ cert }, /not whole\. Give both `cert` and `key`/],
    [{ key }, /not whole/],
    [
      { cert, key: file, passphrase: 'wrong' },
      /cannot be used \(.*\)\. Give the key of this certificate, and its `passphrase`/,
    ],
    [{ cert, key: String(other) }, /cannot be used \(.*mismatch/],
    [{ cert, key: cert }, /private key of `tls\.key` cannot be read from the text that was given/],
  ] as const) {
    expect(() => llamaCpp({ tls })).toThrow(says)
  }
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
