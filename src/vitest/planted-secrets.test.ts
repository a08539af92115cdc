import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { findFreePort } from '../server/ports.ts'
import { benchProject, ENTRY } from './run-bench.testkit.ts'

const ECHO_SERVER = fileURLToPath(new URL('./echo-server.testkit.ts', import.meta.url))

/** One secret for each place where a user can put one, in the shapes that keys have. None stands in another. */
const PLANTED = {
  // In the URL of a target in code.
  urlUser: 'zebra-user-01',
  urlPassword: 'p@ss/w:rd 02',
  urlPath: 'sk-03-5f3a9c1e7b2d4f60',
  urlNamedPath: 'quokka-04-in-the-path',
  urlQuery: 'Zx05+/qQ==',
  urlOddQuery: 'wombat-06-cloud',
  // In its headers.
  xAuth: 'yak07-yak07',
  xCredential: 'credential with blanks 08',
  xOdd: 'numbat-09-"quoted"&<b>',
  xPadded: 'bnlhbGEtNDEtbnlhbGE0MQ==',
  cookie: 'session=okapi-10-okapi',
  xApiKey: 'kudu11',
  basicHeader: 'gecko-12-gecko',
  // In the fields of its body.
  bodyToken: 'tapir-13-tapir',
  bodyNested: 'civet\\14\\civet',
  bodyUnnamed: 'hf_15AbCdEf0123456789',
  // In the page of its metrics.
  metricsUser: 'loris-16-loris',
  metricsPassword: 'potto-17-potto',
  metricsQuery: 'serow-18-serow',
  metricsPath: '19aB3cD4eF5gH6iJ7kL8',
  // In the environment.
  apiKey: 'sk-proj-20-galago',
  commonKey: 'sk-common-21-dingo',
  variableUser: 'bilby-22-bilby',
  variablePassword: 'kiwi:23@kiwi',
  variablePath: 'AKIA24IOSFODNN7EXAMPLE',
  variableQuery: 'emu-25-emu',
  // In what a launch gives to its server.
  passwd: 'ibex26',
  myAuth: 'alice:markhor-27',
  dsnPassword: 'gaur-28-gaur',
  oddVariable: 'mystery-29-saola',
  paddedVariable: 'Rk9PQkFSQkFaU0VDUkVU==',
  pemLine: 'MIIEvQIBADANBgkqhkiG30',
  jsonVariable: 'banteng-31-banteng',
  apiKeyFlag: 'nilgai-32-nilgai',
  oddFlag: 'takin-33-takin',
  dsnFlag: 'anoa-34-anoa',
  positional: 'goral-35-goral',
  pairFlag: 'argali-36-argali',
  inherited: 'hf_inherited_37_bongo',
  inheritedUrl: 'duiker-38-duiker',
  launchKey: 'sk-launch-39-eland',
  // Where there is no such option.
  tlsPassphrase: 'oryx-40-oryx',
} as const

/** As servers and files write it. */
const formsOf = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64'),
  secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'),
]

const encode = encodeURIComponent

/** The bench files find the secrets in a file beside the project, which nobody searches. */
const prelude = (secrets: string, port: number, ledger: string): string => `
import { readFileSync } from 'node:fs'
import { describeServing, expect, fixedLengths, lmdeploy, openai, sglang, test, vllm } from ${ENTRY}
const S = JSON.parse(readFileSync(${JSON.stringify(secrets)}, 'utf8'))
const e = encodeURIComponent
const host = '127.0.0.1:${port}'
const inCode = (model) => vllm({
  model,
  variant: 'in-code',
  url: 'http://' + e(S.urlUser) + ':' + e(S.urlPassword) + '@' + host + '/' + S.urlPath + '/token/' + S.urlNamedPath + '?sig=' + e(S.urlQuery) + '&odd=' + S.urlOddQuery,
  headers: { 'x-auth': S.xAuth, 'x-credential': S.xCredential, 'x-odd': S.xOdd, 'x-padded': S.xPadded, cookie: S.cookie, 'x-api-key': S.xApiKey },
  extraBody: { api_token: S.bodyToken, deep: { list: [{ password: S.bodyNested }] }, note: S.bodyUnnamed },
  metricsUrl: 'http://' + S.metricsUser + ':' + S.metricsPassword + '@' + host + '/' + S.metricsPath + '/metrics?q=' + S.metricsQuery,
})
const basic = (model) => vllm({ model, variant: 'basic', url: 'http://' + host, headers: { Authorization: 'Basic ' + Buffer.from('bob:' + S.basicHeader).toString('base64') } })
const keyed = (model) => vllm({ model, variant: 'keyed', url: 'http://' + host, apiKey: S.apiKey })
const common = (model) => vllm({ model, variant: 'common', url: 'http://' + host })
const variable = (model) => lmdeploy({ model })
const launched = (model) => vllm({
  model,
  variant: 'launched',
  apiKey: S.launchKey,
  launch: {
    // Who answers nonsense is never ready.
    readyTimeoutMs: 2000,
    command: [process.execPath, ${JSON.stringify(ECHO_SERVER)}, '--port', '{port}', '--ledger', ${JSON.stringify(ledger)}, '--api-key', S.apiKeyFlag, '--mystery', S.oddFlag, '--db=postgres://app:' + S.dsnFlag + '@db/x', '--opts', 'name=x,secret=' + S.pairFlag, S.positional],
    env: {
      PASSWD: S.passwd,
      MY_AUTH: S.myAuth,
      DATABASE: 'host=db user=app password=' + S.dsnPassword,
      MYSTERY: S.oddVariable,
      PADDED: S.paddedVariable,
      TLS_KEY: '-----BEGIN PRIVATE KEY-----\\n' + S.pemLine + '\\n-----END PRIVATE KEY-----',
      SETTINGS: JSON.stringify({ name: 'x', api_key: S.jsonVariable }),
    },
  },
})
const L = { timeouts: { firstByte: 1000 }, requestRate: Infinity, maxConcurrency: 4, warmup: false, dataset: fixedLengths({ promptTokens: 8, outputTokens: 1 }) }
`

const RED = `
const few = ['finish', 'event', 'not-served']
for (const make of [inCode, basic, keyed, common, variable, launched]) {
  for (const model of make === inCode ? ['status', 'garbage', 'words', ...few] : few) {
    test(make.name + ' ' + model, async ({ load }) => {
      const run = await load({ ...L, target: make(model), numPrompts: 60 })
      expect(run).toMeetSlo({ errorRate: 0, ttft: { p50: 60_000 } })
      // Whoever looks into the records sees no more than whoever reads the report.
      expect(run.records.map(({ finishReason, outcome }) => [finishReason, outcome])).toEqual([])
    })
  }
}
test('dies', async ({ load }) => { await load({ ...L, target: launched('die'), numPrompts: 2 }) })
test('nobody there', async ({ load }) => {
  const url = 'http://' + e(S.urlUser) + ':' + e(S.urlPassword) + '@127.0.0.1:9/' + S.urlPath + '?sig=' + e(S.urlQuery)
  await load({ ...L, target: vllm({ url, apiKey: S.apiKey }), numPrompts: 1 })
})
for (const [what, make] of Object.entries({
  'no URL': () => vllm({ url: 'htp://' + S.urlUser + ':' + S.apiKey + '@127.0.0.1:9/' + S.urlPath + '?sig=' + S.urlOddQuery + '#' + S.variableQuery }),
  'a fragment': () => vllm({ url: 'http://' + host + '/' + S.urlPath + '#' + S.variableQuery }),
  'no such option': () => vllm({ url: 'http://' + host, tls: { key: S.pemLine, passphrase: S.tlsPassphrase } }),
  'an object': () => vllm('http://' + S.urlUser + ':' + S.apiKey + '@' + host),
  'an authority that is none': () => vllm({ tls: { ca: '-----BEGIN PRIVATE KEY-----\\n' + S.pemLine } }),
  'no launch': () => vllm({ launch: { command: [S.passwd], env: { PASSWD: [S.passwd] } } }),
})) test(what, async ({ load }) => { await load({ ...L, target: make(), numPrompts: 1 }) })
`

/** With a baseline, which is a file as well. */
const GREEN = `
describeServing('simulated', {
  targets: [vllm({ extraBody: { api_token: S.bodyToken, note: S.bodyUnnamed } })], requestRates: [2],
  load: { numPrompts: 20, dataset: fixedLengths({ promptTokens: 8, outputTokens: 4 }) }, baseline: true,
})
for (const make of [inCode, basic, keyed, common, variable, launched]) test(make.name, async ({ load }) => {
  const run = await load({ ...L, target: make('green'), numPrompts: 8 })
  expect(run).toMeetSlo({ errorRate: 0 })
})
`

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
}

test(
  `of ${Object.keys(PLANTED).length} secrets in as many places, which a server tells wherever it can, none is printed or written`,
  { timeout: 240_000 },
  async () => {
    const outside = mkdtempSync(join(tmpdir(), 'planted-'))
    onTestFinished(() => rmSync(outside, { recursive: true, force: true }))
    const [secrets, ledger] = [join(outside, 'secrets.json'), join(outside, 'heard.txt')]
    writeFileSync(secrets, JSON.stringify(PLANTED))
    const port = await findFreePort()
    const server = spawn(process.execPath, [ECHO_SERVER, '--port', `${port}`, '--ledger', ledger], {
      env: {},
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    onTestFinished(() => void server.kill())
    server.stdout.resume()
    await once(server.stdout, 'data')

    const start = prelude(secrets, port, ledger)
    const project = benchProject({ 'bench/red.bench.ts': start + RED, 'bench/green.bench.ts': start + GREEN })
    const env = {
      LMDEPLOY_URL: `http://${encode(PLANTED.variableUser)}:${encode(PLANTED.variablePassword)}@127.0.0.1:${port}/${PLANTED.variablePath}?q=${PLANTED.variableQuery}`,
      LLM_BENCH_API_KEY: PLANTED.commonKey,
      HF_TOKEN: PLANTED.inherited,
      HTTP_PROXY_FOR_NOBODY: `http://proxy:${PLANTED.inheritedUrl}@127.0.0.1:9`,
      CUDA_VISIBLE_DEVICES: '',
      GITHUB_STEP_SUMMARY: join(project.folder, 'summary.md'),
    }
    const reporters = ['--reporter=default', '--reporter=blob', '--reporter=junit', '--outputFile.junit=vitest.xml']
    const green = await project.bench(['green', '-u', ...reporters], env)
    const greenFiles = filesIn(project.folder).map((path) => [path, readFileSync(path, 'utf8')] as const)
    const red = await project.bench(['red', ...reporters], env)

    const failures = project.report().failedCases.map((one) => one.case)
    expect([green.exitCode, red.exitCode], green.output).toEqual([0, 1])
    expect(failures.length).toBeGreaterThan(5)
    expect(greenFiles.map(([path]) => path.slice(project.folder.length + 1))).toEqual(
      expect.arrayContaining([expect.stringMatching(/__baselines__\/.*\.json$/), 'summary.md']),
    )
    // The server did hear them, and said so.
    const log = project.read('bench-results/logs/vllm-launched.log')
    const heard = readFileSync(ledger, 'utf8')
    const atStart = [PLANTED.passwd, PLANTED.inherited]
    expect(atStart.filter((secret) => log.includes(secret))).toEqual([])
    expect(log.split('***').length).toBeGreaterThan(50)
    for (const name of [
      'urlPath',
      'xAuth',
      'cookie',
      'bodyUnnamed',
      'metricsPath',
      'commonKey',
      'variableQuery',
    ] as const) {
      expect(heard, name).toContain(PLANTED[name])
    }
    expect(project.read('bench-results/report.json')).toContain('***')

    const texts = [
      ['stdout of green', green.output] as const,
      ['stdout of red', red.output] as const,
      ...greenFiles,
      ...filesIn(project.folder).map((path) => [path, readFileSync(path, 'utf8')] as const),
    ]
    const hits = Object.entries(PLANTED).flatMap(([name, secret]) =>
      texts.flatMap(([where, text]) => {
        const form = formsOf(secret).find((each) => text.includes(each))
        const at = form === undefined ? -1 : text.indexOf(form)
        return form === undefined ? [] : `${name} in ${where}: ${text.slice(Math.max(0, at - 60), at + 80)}`
      }),
    )
    expect(hits).toEqual([])
  },
)
