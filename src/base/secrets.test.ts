import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { confidenceOf } from './harmless.ts'
import { masker } from './mask.ts'
import {
  secretsInArguments,
  secretsInBody,
  secretsInEnvironment,
  secretsInHeaders,
  secretsInUrl,
  secretsInVariables,
  shownUrl,
} from './secrets.ts'

/** What is printed of a text by somebody who knows these secrets. */
const shown = (secrets: readonly string[], text: string): string => masker(secrets)(text)

test.for<[string, string, string]>([
  ['authorization', 'Bearer sk-42', 'Bearer sk-42 (***)'],
  ['X-Api-Key', 'hunter2', '***'],
  ['x-auth', 'hunter', '***'],
  ['x-credential', 'a b c', '***'],
  ['x-odd', 'zebra-42-cloud', '***'],
  ['Authorization', 'Basic Ym9iOmh1bnRlcjI=', 'Basic Ym9iOmh1bnRlcjI= (***)'],
  ['x-tenant', 'acme', 'acme'],
  ['x-level', '3', '3'],
  ['authorization', 'EMPTY', 'EMPTY'],
  ['content-type', 'application/json', 'application/json'],
  ['Accept', 'text/event-stream', 'text/event-stream'],
  ['user-agent', 'bench/1.2 (chat)', 'bench/1.2 (chat)'],
])('header %s: %s', ([name, value, expected]) => {
  const secrets = secretsInHeaders({ [name]: value })
  const token = value.split(' ')[1] ?? ''
  const scheme = expected.includes('(***)')
  expect(scheme ? shown(secrets, token) : shown(secrets, value)).toBe(scheme ? '***' : expected)
  if (scheme) expect(shown(secrets, `got ${value}`)).toBe('got ***')
})

test('the password of a Basic header is known as well', () => {
  expect(
    shown(secretsInHeaders({ 'x-forward': 'a', authorization: 'Basic Ym9iOmh1bnRlcjI=' }), 'bob:hunter2, hunter2'),
  ).toBe('***, ***')
})

test.for<[string, string, string]>([
  ['PASSWD', 'hunter', '***'],
  ['PGPASSWORD', 'hunter', '***'],
  ['MY_AUTH', 'tom:hunter2', '***'],
  ['AWS_ACCESS_KEY_ID', 'AKIA42', '***'],
  ['PIN', '4711', '***'],
  ['MYSTERY', 'zebra-42-cloud', '***'],
  ['DATABASE', 'postgres://admin:hunter2@db.example/x', 'postgres://***@db.example/x'],
  ['DATABASE', 'host=db password=hunter2 user=admin', 'host=db password=*** user=admin'],
  ['MYSQL', 'admin:hunter2@tcp(db:3306)/x', '***@tcp(db:3306)/x'],
  [
    'OPTIONS',
    '{"name":"chat","api_key":"hunter2","deep":{"token":"k42k"}}',
    '{"name":"chat","api_key":"***","deep":{"token":"***"}}',
  ],
  ['ARGS', '--name chat --token=hunter2', '--name chat --token=***'],
  ['HOOK', 'https://hooks.example/T0/B0/5f3a9c1e7b2d4f60', 'https://hooks.example/T0/B0/***'],
  ['CUDA_VISIBLE_DEVICES', '0,1', '0,1'],
  ['HF_HOME', '/data/models/hub', '/data/models/hub'],
  ['VLLM_LOGGING_LEVEL', 'INFO', 'INFO'],
  ['OLLAMA_HOST', '127.0.0.1:{port}', '127.0.0.1:{port}'],
  ['ATTENTION', 'FLASH_ATTN', 'FLASH_ATTN'],
  ['HF_HUB_OFFLINE', 'true', 'true'],
  ['CACHE', '8GiB', '8GiB'],
])('variable %s=%s', ([name, value, expected]) => {
  expect(shown(secretsInVariables({ [name]: value }), value)).toBe(expected)
})

test('a private key in a variable is known line by line', () => {
  const pem = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\nw0BAQEFAASCBKcwggSj\n-----END PRIVATE KEY-----'
  expect(shown(secretsInVariables({ TLS_KEY: pem }), 'w0BAQEFAASCBKcwggSj')).toBe('***')
})

test('arguments: their flag says what they are', () => {
  const line = (args: readonly string[]): string => shown(secretsInArguments(args), args.join(' '))
  expect(line(['--api-key', 'hunter', '--api-keys', 'alpha', 'bravo', '--port', '8000'])).toBe(
    '--api-key *** --api-keys *** *** --port 8000',
  )
  expect(line(['--mystery', 'zebra-42-cloud', '--mystery=zebra-43-cloud', 'zebra-44-cloud'])).toBe(
    '--mystery *** --mystery=*** ***',
  )
  expect(line(['--dsn=postgres://u:hunter2@db/x', '--backend', 'vllm-v1'])).toBe('--dsn=*** --backend vllm-v1')
  for (const harmless of [
    ['serve', 'meta-llama/Meta-Llama-3-8B-Instruct', '--port', '{port}', '--dtype', 'bfloat16'],
    ['-m', 'vllm.entrypoints.openai.api_server', '--served-model-name', 'llama3-8b-chat-v2'],
    ['serve', 'llama3-8b', '--max-num-batched-tokens', '8192', '--gpu-memory-utilization', '0.9'],
    ['/opt/server.py', '--config', 'prod-config-7.yaml', '--stop-token-ids', '1,2', '--device', 'cuda:0'],
    ['--die-loading', 'error: unrecognized arguments: --planted-flag'],
  ]) {
    expect(line(harmless)).toBe(harmless.join(' '))
  }
})

test('of a body only what calls itself a secret, or looks like one, is masked: the report shows the others', () => {
  const body = {
    guided_regex: '[a-z]{4,80}',
    user: 'zebra-cloud',
    api_token: 'hunter',
    deep: [{ k: 'sk-5f3a9c1e7b2d4f60' }],
  }
  expect(shown(secretsInBody(body), JSON.stringify(body))).toBe(
    '{"guided_regex":"[a-z]{4,80}","user":"zebra-cloud","api_token":"***","deep":[{"k":"***"}]}',
  )
})

test('of the inherited environment only what is named a secret, and credentials in URLs', () => {
  const env = {
    HF_TOKEN: 'hf_planted',
    PROXY: 'http://bob:hunter42@proxy',
    VLLM_URL: 'https://host/sk-zebra-0123456789?sig=abcd-efg-1',
    NAME: 'zebra-42-cloud',
    SHORT_KEY: 'abc',
    NONE: undefined,
  }
  const line = 'hf_planted bob:hunter42 hunter42 zebra-42-cloud abc sk-zebra-0123456789 abcd-efg-1'
  expect(shown(secretsInEnvironment(env), line)).toBe('*** *** *** zebra-42-cloud abc *** ***')
})

test.for<[string, string]>([
  ['http://localhost:8000', 'http://localhost:8000'],
  ['http://bob:pw@host:8000/v1', 'http://***@host:8000/v1'],
  ['http://bob:p@w@host:99999/', 'http://***@host:99999/'],
  ['bob:pw@host:8000', '***@host:8000'],
  ['http://host/a@b', 'http://host/a@b'],
  [
    'https://x.example/openai/deployments/gpt-4o-mini?api-version=2024-06-01&k=v',
    'https://x.example/openai/deployments/gpt-4o-mini',
  ],
  ['https://x.example/5f3a9c1e7b2d4f60/v1#x', 'https://x.example/***/v1'],
  ['https://x.example/key/zebra/v1', 'https://x.example/key/***/v1'],
  ['https://x.example/models/Meta-Llama-3-8B-Instruct', 'https://x.example/models/Meta-Llama-3-8B-Instruct'],
])('the URL %s is shown as %s', ([url, expected]) => {
  expect(shownUrl(url)).toBe(expected)
})

test('parts of a URL are secrets wherever a server echoes them, encoded or not', () => {
  const secrets = secretsInUrl(
    'https://zebra-user:p%40ss-word@host/sk-zebra-0123456789/v1?sig=abcd%2Fefg&kind=chat&n=5',
  )
  const echo = 'zebra-user p@ss-word p%40ss-word sk-zebra-0123456789 abcd/efg abcd%2Fefg kind=chat n=5'
  expect(shown(secrets, echo)).toBe('*** *** *** *** *** *** kind=chat n=5')
  const header = Buffer.from('zebra-user:p@ss-word').toString('base64')
  expect(shown(secrets, `Basic ${header}`)).toBe('Basic ***')
})

test('a key that is the user of a URL or of a Basic header is known in both forms', () => {
  const header = `Basic ${Buffer.from('sk-zebra-42:').toString('base64')}`
  for (const secrets of [
    secretsInUrl('https://sk-zebra-42@host'),
    secretsInUrl('https://sk-zebra-42:@host'),
    secretsInHeaders({ authorization: header }),
  ]) {
    expect(shown(secrets, `sk-zebra-42, ${header}`)).toMatch(/^\*\*\*, (Basic )?\*\*\*$/)
  }
  expect(secretsInUrl('https://EMPTY@host')).toEqual([])
})

test('names of secrets, and names that only look like it', () => {
  const names = [
    'apiKey',
    'API_KEYS',
    '--hf-token',
    'x-auth-user',
    'OAUTH',
    'Cookie',
    'db.password',
    'DSN',
    'X-Amz-Signature',
  ]
  expect(names.map((name) => confidenceOf(name))).toEqual(names.map(() => 'secret'))
  const others = ['tokenizer', 'max-tokens', 'stop-token-ids', 'author', 'keep-alive', 'monkeys-x', 'compass', 'spin']
  expect(others.filter((name) => confidenceOf(name) === 'secret')).toEqual([])
})

/** What is printed of a value where a header, a variable and an argument of unknown names hold it. */
const shownOfUnknown = (value: string): string[] =>
  [
    secretsInHeaders({ 'x-b': value }),
    secretsInVariables({ E1: value }),
    secretsInArguments(['--zzz', value]),
    secretsInArguments([`--zzz=${value}`]),
  ].map((secrets) => shown(secrets, value))

test.for([
  ['c2VjcmV0LUtLSzEyMw==', '***'],
  ['Basic dXNlcjpwYXNzd29yZFE=', '***'],
  ['Zm9v+YmFy/cXV4U0VDUkVU=', '***'],
  ['AbC4dEfGh2Ij=KlMnOp', '***'],
  ['Rk9PQkFSQkFaU0VDUkVU==', '***'],
  ['QVJHVkFMU0VDUkVU==', '***'],
  ['name=x,secret=Rk9PQkFSQkFaU0VDUkVU==', 'name=x,secret=***'],
  ['name=x,y=', 'name=x,y='],
  ['verbose=', 'verbose='],
  ['/opt/models/LlamaGuard', '/opt/models/LlamaGuard'],
  ['NousResearch/HermesLarge', 'NousResearch/HermesLarge'],
] as const)('an equals sign, or a slash, does not make a list or a path of a key: %s', ([value, expected]) => {
  expect(new Set(shownOfUnknown(value))).toEqual(new Set([expected]))
})

test('a padded key is known without its padding, and in the query of a URL without a name', () => {
  expect(shown(secretsInVariables({ E1: 'Rk9PQkFSQkFaU0VDUkVU==' }), 'Rk9PQkFSQkFaU0VDUkVU!')).toBe('***!')
  expect(shown(secretsInUrl('http://h/v1?Rk9PQkFSQkFaU0VDUkVU=='), 'Rk9PQkFSQkFaU0VDUkVU==')).toBe('***')
})

test('base64 of 12 random bytes and more, padded or not, is masked under any name', () => {
  const leaks = Array.from({ length: 2000 }, (_, i) => {
    const bytes = createHash('sha512')
      .update(`${i}`)
      .digest()
      .subarray(0, 12 + (i % 40))
    const text = bytes.toString('base64')
    return [text, text.replace(/=+$/, ''), `Basic ${text}`]
  })
    .flat()
    .filter((value) => shownOfUnknown(value).some((each) => each !== '***'))
  expect(leaks).toEqual([])
})
