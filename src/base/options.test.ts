import { expect, test } from 'vitest'
import * as baseline from '../baseline/index.ts'
import * as entry from '../index.ts'
import * as protocol from '../protocol/index.ts'
import * as slo from '../slo/index.ts'
import { didYouMean } from './did-you-mean.ts'
import { kindOf, show } from './options.ts'
import { judgeStimulus } from '../slo/judge-stimulus.ts'
import { checkLoadCall } from '../case/check-options.ts'
import { defineServingBench, servingBench } from '../vitest/config.ts'
import { matchers } from '../vitest/matchers.ts'
import * as reporters from '../reporters.ts'

const { vllm, findProfile } = entry
const target = vllm()
const matrix = { targets: [target], requestRates: [1], load: { numPrompts: 1 } }
const lengths = { promptTokens: 8, outputTokens: 8 }
const law = { median: 8, sigma: 1 }
const transcript = {
  protocol: 'openai-chat',
  httpStatus: 200,
  contentType: 'text/event-stream',
  transportEnd: 'clean',
  chunks: [],
}
const report = { schema: 'vitest-llm-bench/report@1', runs: [], failedCases: [], falseFailChance: 0 } as const

/** As a bench file calls it, which nobody has compiled. */
type Untyped = Record<string, (...given: unknown[]) => unknown>
const untyped = (module: object): Untyped => module as Untyped
const all = untyped({ ...entry, ...baseline, ...protocol, ...slo, ...reporters })

/** Every public function with options: with them given right, with one misspelt, and what the error then asks. */
const MISSPELT: readonly (readonly [what: string, call: () => unknown, meant: string])[] = [
  ...['vllm', 'lmdeploy', 'mlcLlm', 'tensorrtLlm', 'sglang', 'llamaCpp', 'tgi', 'ollama', 'openai'].map(
    (name) => [name, () => all[name]!({ Url: 'http://127.0.0.1:1', apikey: 'k' }), 'url'] as const,
  ),
  ['vllm.simulated', () => untyped(vllm)['simulated']!({ slowdow: 2 }), 'slowdown'],
  ['vllm apikey', () => all['vllm']!({ url: 'http://127.0.0.1:1', apikey: 'k' }), 'apiKey'],
  ['tls', () => all['vllm']!({ tls: { cs: 'x' } }), 'ca'],
  ['launch', () => all['vllm']!({ launch: { modle: 'm' } }), 'model'],
  ['launch by command', () => all['vllm']!({ launch: { command: ['a', '{port}'], envs: {} } }), 'env'],
  ['sharegpt', () => all['sharegpt']!({ paht: 'x.json' }), 'path'],
  ['jsonl', () => all['jsonl']!({ path: 'x.jsonl', tokeniser: 'gpt2' }), 'tokenizer'],
  ['fixedLengths', () => all['fixedLengths']!({ ...lengths, promptTokes: 1 }), 'promptTokens'],
  ['uniformLengths', () => all['uniformLengths']!({ promptTokens: [1, 2], outputToken: [1, 2] }), 'outputTokens'],
  ['lognormalLengths', () => all['lognormalLengths']!({ promptTokens: law, OutputTokens: law }), 'outputTokens'],
  ['a law', () => all['lognormalLengths']!({ promptTokens: { ...law, maxi: 9 }, outputTokens: law }), 'max'],
  ['poisson', () => all['poisson']!({ compatt: 'vllm-0.4.1' }), 'compat'],
  ['gamma', () => all['gamma']!({ burstyness: 2 }), 'burstiness'],
  ['scaleProfile', () => all['scaleProfile']!(findProfile('vllm'), { gpus: {} }), 'gpu'],
  [
    'a GPU',
    () => all['scaleProfile']!(findProfile('vllm'), { gpu: { bandwithGBs: 1, tflops: 1, memoryGiB: 99 } }),
    'bandwidthGBs',
  ],
  ['describeServing', () => all['describeServing']!('s', { ...matrix, baselines: true }), 'baseline'],
  ['findCapacity', () => all['findCapacity']!('s', { target, slo: {}, resolutoin: 0.1 }), 'resolution'],
  ['compareVersions', () => all['compareVersions']!('s', { baselin: target }), 'baseline'],
  ['load', () => checkLoadCall({ target, requestRate: 1, numPrompts: 1, warmUp: 1 }), 'warmup'],
  ['its time-outs', () => checkLoadCall({ target, requestRate: 1, numPrompts: 1, timeouts: { ilde: 1 } }), 'idle'],
  ['an SLO', () => all['parseSlo']!('tftt.p99<1'), 'ttft'],
  ['toKeepSchedule', () => untyped({ judgeStimulus })['judgeStimulus']!([], { maxLate: 0.1 }), 'maxLateShare'],
  ['judgePercentile', () => all['judgePercentile']!({ percentile: 99, limits: 1, trials: [[1]] }), 'limit'],
  ['detectUnstableQueue', () => all['detectUnstableQueue']!({ ttfts: [] }), 'ttft'],
  ['findChangePoints', () => all['findChangePoints']!({ values: [], replicateSD: 0 }), 'replicateSd'],
  ['decodeTranscript', () => all['decodeTranscript']!({ ...transcript, promt: '' }), 'prompt'],
  ['createDecoder', () => all['createDecoder']!('openai-chat', { keeptext: true }), 'keepText'],
  ['judgeAnswer', () => all['judgeAnswer']!({ protocol: 'openai-chat', httpStatus: 200, stat: {} }), 'state'],
  ['servingBench', () => untyped({ servingBench })['servingBench']!({ outputdir: 'x' }), 'outputDir'],
  ['its margins', () => untyped({ servingBench })['servingBench']!({ margin: {} }), 'margins'],
  ['defineServingBench', () => untyped({ defineServingBench })['defineServingBench']!({ htm: false }), 'html'],
  ['ServingReporter', () => new reporters.ServingReporter({ quite: true } as object), 'quiet'],
  ['renderHtml', () => all['renderHtml']!(report, { titel: 'x' }), 'title'],
  ['renderMarkdown', () => all['renderMarkdown']!(report, { titel: 'x' }), 'title'],
  ['renderTable', () => all['renderTable']!(report, { width: 80, colour: true }), 'color'],
  ['renderJunit', () => all['renderJunit']!(report, { attachment: [] }), 'attachments'],
]

test.for(MISSPELT)('a misspelt option of %s is an error that names the one that was meant', ([, call, meant]) => {
  expect(call).toThrow(expect.objectContaining({ name: 'BenchError', message: expect.stringContaining(`"${meant}"`) }))
})

test('decideRegressions, which is asynchronous, alike', async () => {
  await expect(all['decideRegressions']!([], { confirm: () => null, margin: {} })).rejects.toThrow('"margins"')
  const margins = { 'TTFT tale': 0.1 }
  await expect(all['decideRegressions']!([], { confirm: () => null, margins })).rejects.toThrow(
    /no data|no case|"TTFT tail"/i,
  )
})

test.for(
  Object.entries({
    'vllm("http://...")': () => all['vllm']!('http://bob:planted@host/'),
    'tensorrtLlm(null)': () => all['tensorrtLlm']!(null),
    'url: 8000': () => all['vllm']!({ url: 8000 }),
    'headers: ["x"]': () => all['vllm']!({ headers: ['planted'] }),
    'a header that is a number': () => all['vllm']!({ headers: { 'x-auth': 424_242 } }),
    'tls: "ca.pem"': () => all['vllm']!({ tls: 'planted' }),
    'a key for TLS, which there is not': () => all['vllm']!({ tls: { key: 'planted', passphrase: 'planted' } }),
    'launch: "vllm serve"': () => all['vllm']!({ launch: 'vllm serve --api-key planted' }),
    'args: "--x"': () => all['vllm']!({ launch: { model: 'm', args: '--api-key planted' } }),
    'env of numbers': () => all['vllm']!({ launch: { model: 'm', env: { PIN: 424_242 } } }),
    'slowdown for a server': () => all['sglang']!({ slowdown: 2 }),
    'slowdown beside a url': () => all['vllm']!({ url: 'http://bob:planted@host', slowdown: 2 }),
    'profile for trtllm-serve': () => all['tensorrtLlm']!({ server: 'trtllm-serve', profile: findProfile('vllm') }),
    'a url for an engine': () => untyped(vllm)['simulated']!({ url: 'http://bob:planted@host' }),
    'another server': () => all['tensorrtLlm']!({ server: 'tritn' }),
    'jsonl()': () => all['jsonl']!(),
    'fixedLengths(8)': () => all['fixedLengths']!(8),
    'a range of one': () => all['uniformLengths']!({ promptTokens: 8, outputTokens: [1, 2] }),
    'gamma(2)': () => all['gamma']!(2),
    'compat: true': () => all['poisson']!({ compat: true }),
    'constant({ rate })': () => all['constant']!({ rate: 5 }),
    'allAtOnce(5)': () => all['allAtOnce']!(5),
    'study({ count })': () => all['study']!({ count: 5 }),
    'studyLengths({ max })': () => all['studyLengths']!({ max: 5 }),
    'recorded("trace.json")': () => all['recorded']!('trace.json'),
    'targets: vllm()': () => all['describeServing']!('s', { ...matrix, targets: vllm({ apiKey: 'planted' }) }),
    'a url laid over a target': () =>
      all['describeServing']!('s', { ...matrix, targets: [{ ...vllm(), url: 'http://planted' }] }),
    'findCapacity({ target: { ...target, url } })': () =>
      all['findCapacity']!('s', { target: { ...vllm(), url: 'http://planted' }, slo: {} }),
    'findCapacity(target)': () => all['findCapacity']!(vllm({ apiKey: 'planted' }), { slo: {} }),
    'compareVersions({ baseline })': () =>
      all['compareVersions']!({ baseline: vllm(), candidate: vllm(), requestRates: [1] }),
    'a matcher without options': () => untyped(matchers)['toMatchBaseline']!.call({ isNot: false }, {}, { margin: {} }),
    'describeServing(name)': () => all['describeServing']!('s'),
    'a rate twice': () => all['findCapacity']!('s', { target, slo: {}, requestRates: [0] }),
    'findCapacity without a target': () => all['findCapacity']!('s', { slo: {} }),
    'load(vllm())': () => checkLoadCall(vllm({ apiKey: 'planted' })),
    'load()': () => checkLoadCall(undefined),
    'target: "http://..."': () => checkLoadCall({ target: 'http://bob:planted@host', requestRate: 1, numPrompts: 1 }),
    'a protocol that is none': () => all['createDecoder']!('openai'),
    'chunks: "text"': () => all['decodeTranscript']!({ ...transcript, chunks: 'data: [DONE]' }),
    'judgePercentile()': () => all['judgePercentile']!(),
    'html: true': () => untyped({ servingBench })['servingBench']!({ html: true }),
  }),
)('%s is refused, and no value that may be a credential stands in the error', ([, call]) => {
  expect(call).toThrow(
    expect.objectContaining({ name: 'BenchError', message: expect.not.stringMatching(/planted|424.?242/) }),
  )
})

test('a path is short for the options of a dataset; what is not there is an error before anything is sent', async () => {
  const draw = { count: 1, seed: 0 }
  for (const dataset of [entry.sharegpt('/nope.json'), entry.jsonl('/nope.json')]) {
    expect(dataset.label).toMatch(/\(nope\.json\)$/)
    await expect(dataset.sample(draw)).rejects.toThrow(/dataset file \/nope\.json cannot be read/)
  }
})

test('what is undefined counts as not given', () => {
  expect(all['vllm']!({ url: undefined, tls: undefined })).toEqual(vllm())
  expect(untyped(vllm)['simulated']!({ slowdown: undefined })).toEqual(vllm.simulated())
})

test('the nearest name is meant, whatever its letters; without one all are listed', () => {
  expect(didYouMean('APIKEY', ['url', 'apiKey'])).toBe('Did you mean "apiKey"?')
  expect(didYouMean('zzz', ['url', 'apiKey'])).toBe('Use one of: url, apiKey.')
})

test('numbers and words are shown, and of everything else its kind', () => {
  expect([0, NaN, '2', [], [1, 'a']].map(show)).toEqual(['0', 'NaN', '"2"', '[]', '[1, "a"]'])
  expect([null, undefined, 'a:b@c', [{}], {}, () => {}].map(show)).toEqual([
    'null',
    'undefined',
    'a text',
    'an array',
    'an object',
    'a function',
  ])
  expect(kindOf(true)).toBe('a boolean')
})

test('data may bring fields of its own', () => {
  expect(all['decodeTranscript']!({ ...transcript, promptId: 'recorded by hand', source: 'vllm' })).toMatchObject({
    success: false,
  })
  expect(all['detectUnstableQueue']!({ ttft: [1], tpot: [2], e2eLatency: [3] })).toMatchObject({ verdict: 'too-short' })
  expect(all['findChangePoints']!({ values: [], replicateSd: 0, versions: ['0.4.1'] })).toEqual([])
})
