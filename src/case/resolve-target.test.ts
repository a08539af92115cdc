import { describe, expect, test } from 'vitest'
import { NO_PROXIES } from '../client/proxy.ts'
import { llamaCpp, ollama, tensorrtLlm, vllm } from '../frameworks/index.ts'
import type { Target } from '../frameworks/target.ts'
import { createMergeCheck, resolveTarget } from './resolve-target.ts'
import { readVariables } from './variables.ts'

const AT_A = { VLLM_URL: 'http://a' }

function resolved(target: Target, env: Readonly<Record<string, string>>): Target {
  return resolveTarget(target, readVariables(env))
}

test('a URL variable goes before a url, a launch and a simulation in code', () => {
  for (const target of [
    vllm(),
    vllm.simulated({ slowdown: 2 }),
    vllm({ url: 'http://code' }),
    vllm({ launch: { model: 'llama' } }),
  ]) {
    expect(resolved(target, AT_A).endpoint).toMatchObject({ kind: 'url', url: 'http://a' })
  }
  expect(resolved(ollama(), AT_A).endpoint.kind).toBe('unset')
})

test('an empty URL is an error of its own framework, and a forbidden simulation is one', () => {
  expect(() => resolved(vllm(), { VLLM_URL: ' ' })).toThrow(/^VLLM_URL is set, and empty.*simulated engine/)
  expect(() => resolved(vllm(), { OLLAMA_URL: '' })).not.toThrow()
  expect(() => resolved(vllm(), { LLM_BENCH_SIMULATE: '0' })).toThrow(/^vllm .* would be simulated.*VLLM_URL/)
  expect(() => resolved(vllm({ url: 'http://code' }), { LLM_BENCH_SIMULATE: '0' })).not.toThrow()
})

describe('who gets which key', () => {
  const key = { LLM_BENCH_API_KEY: 'common' }
  test.for([
    ['a url in code', vllm({ url: 'http://code' }), key, 'Bearer common'],
    ['a url and a key in code', vllm({ url: 'http://code', apiKey: 'own' }), key, 'Bearer own'],
    ['an empty key in code', vllm({ url: 'http://code', apiKey: '' }), key, undefined],
    ['a key for wherever the variable says', vllm({ apiKey: 'own' }), { ...AT_A, ...key }, 'Bearer own'],
    // The key of one host is not sent to another.
    ['a moved target', vllm({ url: 'http://code', apiKey: 'own' }), AT_A, undefined],
    [
      'a moved target, and a common key',
      vllm({ url: 'http://code', apiKey: 'own' }),
      { ...AT_A, ...key },
      'Bearer common',
    ],
    ['a path of the same server', vllm({ url: 'http://a/prefix', apiKey: 'own' }), AT_A, 'Bearer own'],
    ['in place of a launch', vllm({ launch: { model: 'llama' }, apiKey: 'own' }), AT_A, undefined],
    ['a user in the variable', vllm({ url: 'http://a' }), { VLLM_URL: 'http://bob:pw@a' }, 'Basic Ym9iOnB3'],
  ] as const)('%s', ([, target, env, authorization]) => {
    const { endpoint } = resolved(target, env)
    expect(endpoint.kind === 'url' ? endpoint.headers['authorization'] : endpoint.kind).toBe(authorization)
  })

  test('nor do headers, certificates and the page of the metrics go to another host', () => {
    const target = vllm({
      url: 'https://code',
      headers: { 'x-api-key': 'own-key-1234' },
      tls: { insecure: true },
      metricsUrl: 'https://code:9000/metrics',
    })
    const { endpoint, connection } = resolved(target, AT_A)
    expect(endpoint).toEqual({ kind: 'url', url: 'http://a', query: '', headers: {}, tls: {}, proxies: NO_PROXIES })
    expect(connection).toEqual({ apiKey: null, headers: {}, tls: {}, metricsUrl: null })
    // It is masked all the same.
    expect(resolved(target, AT_A).secrets).toContain('own-key-1234')
  })
})

describe('a variable that makes one of two targets is an error that names both', () => {
  const both = (first: Target, second: Target, env: Readonly<Record<string, string>>) => () => {
    const variables = readVariables(env)
    const check = createMergeCheck()
    for (const given of [first, second]) check({ given, target: resolveTarget(given, variables) }, variables)
  }

  test.for([
    [
      'two variants',
      vllm({ variant: 'awq' }),
      vllm(),
      AT_A,
      /^VLLM_URL makes one of two targets: vllm 0\.4\.1 awq without a URL, and vllm 0\.4\.1 without a URL\. Unset VLLM_URL/,
    ],
    [
      'two urls in code',
      vllm({ variant: 'a', url: 'http://u:secret@one/sk-zebra-0123456789' }),
      vllm({ variant: 'b', url: 'http://two' }),
      AT_A,
      /^VLLM_URL .*: vllm a at http:\/\/one\/\*\*\*, and vllm b at http:\/\/two\./,
    ],
    ['two slowdowns', vllm.simulated({ slowdown: 1.5 }), vllm(), AT_A, /0\.4\.1, simulated with slowdown 1\.5, and /],
    ['two stated versions', vllm({ version: '1' }), vllm({ version: '2' }), AT_A, /vllm 1 without a URL, and vllm 2 /],
    [
      'two servers of one framework',
      tensorrtLlm(),
      tensorrtLlm({ server: 'trtllm-serve' }),
      { TENSORRT_LLM_URL: 'http://a' },
      /^TENSORRT_LLM_URL .*: tensorrt-llm 0\.9\.0 without a URL, and tensorrt-llm without a URL\./,
    ],
    ['a launch and a url', vllm({ launch: { model: 'm' } }), vllm({ url: 'http://b' }), AT_A, /m, launched, and /],
    [
      'two models',
      ollama({ model: 'a' }),
      ollama({ model: 'b' }),
      { OLLAMA_URL: 'http://a', LLM_BENCH_MODEL: 'c' },
      /^LLM_BENCH_MODEL makes one of two targets: ollama a without a URL, and ollama b without a URL\./,
    ],
  ] as const)('%s', ([, first, second, env, message]) => {
    expect(both(first, second, env)).toThrow(expect.objectContaining({ code: 'bad-target' }))
    expect(both(first, second, env)).toThrow(message)
    expect(both(second, first, env)).toThrow('makes one of two targets')
  })

  test.for([
    ['the same target in two cases', vllm(), vllm(), AT_A],
    ['two ways to ask one server', vllm(), vllm({ endpoint: 'chat', extraBody: { top_p: 0.9 } }), AT_A],
    ['two models of one server', ollama({ model: 'a' }), ollama({ model: 'b' }), { OLLAMA_URL: 'http://a' }],
    ['two frameworks', vllm(), llamaCpp(), { VLLM_URL: 'http://a', LLAMA_CPP_URL: 'http://a' }],
    ['one server that code names twice', vllm({ url: 'http://b', variant: 'x' }), vllm({ url: 'http://b' }), {}],
    ['no variable', vllm({ variant: 'awq' }), vllm(), {}],
    ['a variable of another framework', vllm({ variant: 'awq' }), vllm(), { OLLAMA_URL: 'http://a' }],
  ] as const)('%s: no error', ([, first, second, env]) => {
    expect(both(first, second, env)).not.toThrow()
  })
})
