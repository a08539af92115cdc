import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createVirtualClock } from '../load/virtual-clock.ts'
import { ollama, tensorrtLlm, vllm } from '../frameworks/index.ts'
import type { Target } from '../frameworks/target.ts'
import { createSimulatedTransport } from '../simulator/simulated-transport.ts'
import { findProfile } from '../frameworks/find-profile.ts'
import { openMetricsSources } from './metrics-sources.ts'
import { LLAMACPP, TRTLLM_ITERATIONS, VLLM_041 } from './pages.testkit.ts'
import { createSampler } from './sampler.ts'

/** Carries nothing: for targets at a URL. */
const nowhere = createSimulatedTransport({ clock: createVirtualClock(), profile: findProfile('vllm'), seed: 0 })

/** A sampler of a target, on a clock that stands still until a test fires its next timer. Closed after the test. */
function sample(target: Target) {
  const clock = createVirtualClock()
  const { sources, close } = openMetricsSources(target, nowhere, { now: () => performance.now() })
  const sampler = createSampler(clock, sources)
  onTestFinished(async () => {
    sampler.stop()
    await close()
  })
  return {
    sampler,
    /** The next poll, or the time-out of the one that is going on. */
    fire: () => clock.runFor(1),
    start: () => new Promise<void>((done) => sampler.start(done)),
    finish: () => new Promise<void>((done) => sampler.finish(done)),
  }
}

/** A server and a sampler of it, closed after the test. `asked` grows with every request. */
async function watch(answer: RequestListener, make: (url: string) => Target = (url) => vllm({ url })) {
  const asked: { path: string; authorization: string | undefined }[] = []
  const server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', authorization: request.headers.authorization })
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, asked, ...sample(make(url)) }
}

const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2))
}

test('one sample before, one after, and one a second in between, at the end of a redirect', async () => {
  const { url, asked, sampler, fire, start, finish } = await watch(({ url: path }, response) => {
    if (path === '/metrics') response.writeHead(307, { location: '/metrics/' }).end()
    else response.end(VLLM_041)
  })
  await start()
  expect(sampler.latest()).toMatchObject({ running: 92, waiting: 323 })
  for (const count of [2, 3]) {
    fire()
    await until(() => sampler.sampled().samples.length === count)
  }
  await finish()
  const { address, samples, problems, roundTrips } = sampler.sampled()
  expect(address).toBe(`${url}/metrics`)
  expect(samples.map(({ at }) => at)).toEqual([0, 1000, 2000, 2000])
  expect(roundTrips).toEqual([0, 0, 0, 0])
  expect(problems).toEqual([])
  // The redirect is followed once.
  expect(asked.map(({ path }) => path)).toEqual(['/metrics', '/metrics/', '/metrics/', '/metrics/', '/metrics/'])
})

test('a path in the URL goes in front, and the key of the target is shown to the target', async () => {
  const { url, asked, sampler, start } = await watch(
    (_, response) => response.end(VLLM_041),
    (url) => vllm({ url: `${url}/gateway/v1`, apiKey: 'sk-secret' }),
  )
  await start()
  expect(asked).toEqual([{ path: '/gateway/metrics', authorization: 'Bearer sk-secret' }])
  expect(sampler.sampled().address).toBe(`${url}/gateway/metrics`)
})

test('a page that is named is the only one that is asked, and elsewhere without the key', async () => {
  const { url, asked, sampler, start } = await watch(
    (_, response) => response.end(VLLM_041),
    (url) => vllm({ url: 'http://127.0.0.1:1', apiKey: 'sk-secret', metricsUrl: `${url}/exporter?target=vllm` }),
  )
  await start()
  expect(asked).toEqual([{ path: '/exporter?target=vllm', authorization: undefined }])
  expect(sampler.sampled().address).toBe(`${url}/exporter`)
})

test('the query of the URL is sent along and not shown; a page of its own has its own credentials', async () => {
  const own = await watch(
    (_, response) => response.end(VLLM_041),
    (url) => vllm({ url: `${url}/m?api-version=1` }),
  )
  await own.start()
  expect(own.asked).toEqual([{ path: '/m/metrics?api-version=1', authorization: undefined }])
  expect(own.sampler.sampled().address).toBe(`${own.url}/m/metrics`)
  const other = await watch(
    (_, response) => response.end(VLLM_041),
    (url) => vllm({ url: 'http://127.0.0.1:1/?k=1', apiKey: 'k', metricsUrl: url.replace('//', '//u:p@') + '/x' }),
  )
  await other.start()
  expect(other.asked).toEqual([{ path: '/x', authorization: `Basic ${Buffer.from('u:p').toString('base64')}` }])
  expect(other.sampler.sampled().address).toBe(`${other.url}/x`)
})

test('a redirect to another host is followed on this one', async () => {
  const { asked, sampler, start } = await watch(({ url: path }, response) => {
    if (path === '/metrics') response.writeHead(308, { location: 'https://elsewhere.invalid/stats?all=1' }).end()
    else response.end(VLLM_041)
  })
  await start()
  expect(asked.map(({ path }) => path)).toEqual(['/metrics', '/stats?all=1'])
  expect(sampler.latest()).not.toBeNull()
})

test("trtllm-serve's list is read where there is nothing better, and drained by it", async () => {
  let page = TRTLLM_ITERATIONS
  const { sampler, start, finish } = await watch(
    ({ url: path }, response) => {
      if (path === '/metrics') response.end(page)
      else response.writeHead(404).end('{"detail":"Not Found"}')
    },
    (url) => tensorrtLlm({ url, server: 'trtllm-serve' }),
  )
  await start()
  page = '[]'
  await finish()
  const [first, last] = sampler.sampled().samples
  expect([first?.levels.waiting, last?.levels.waiting]).toEqual([5, null])
})

test.each([
  {
    what: 'a page that is not there',
    answer: (_: unknown, response: Parameters<RequestListener>[1]) => void response.writeHead(404).end(),
    problem: 'the answer was HTTP 404.',
  },
  {
    what: 'garbage',
    answer: (_: unknown, response: Parameters<RequestListener>[1]) => void response.end('\u0000{{{ 1\n<html>'),
    problem: 'no metric that we know is on the page.',
  },
  {
    what: 'a redirect in circles',
    answer: (_: unknown, response: Parameters<RequestListener>[1]) =>
      void response.writeHead(307, { location: '/metrics' }).end(),
    problem: 'the answer was HTTP 307.',
  },
  {
    what: 'an endless page',
    answer: (_: unknown, response: Parameters<RequestListener>[1]) => {
      const more = (): void => {
        while (response.write('#'.repeat(65_536)));
        response.once('drain', more)
      }
      more()
    },
    problem: 'the page is larger than 4 MiB.',
  },
])('$what is a problem, and nobody is asked again', async ({ answer, problem }) => {
  const { url, asked, sampler, start, finish } = await watch(answer)
  await start()
  const before = asked.length
  await finish()
  expect(asked).toHaveLength(before)
  expect(sampler.sampled()).toMatchObject({ address: null, samples: [], problems: [`${url}/metrics: ${problem}`] })
})

test('a server that hangs from the start is given up after three seconds', async () => {
  const { url, asked, sampler, fire, start } = await watch(() => {})
  const started = start()
  await until(() => asked.length === 1)
  fire()
  await started
  expect(sampler.sampled().problems).toEqual([`${url}/metrics: no answer within 3000 ms.`])
})

// asked at 1 s, given up at 4 s, so the next question comes at 5 s
test('a server that stops answering in the middle costs samples, and is never asked twice at a time', async () => {
  let isHanging = false
  const { url, asked, sampler, fire, start, finish } = await watch((_, response) => {
    if (!isHanging) response.end(LLAMACPP)
  })
  await start()
  isHanging = true
  fire()
  await until(() => asked.length === 2)
  isHanging = false
  fire()
  expect(sampler.sampled().problems).toEqual([`${url}/metrics: no answer within 3000 ms (1 of 1 polls).`])
  fire()
  await until(() => sampler.sampled().samples.length === 2)
  await finish()
  expect(sampler.sampled().samples.map(({ at }) => at)).toEqual([0, 5000, 5000])
  expect(sampler.sampled().problems).toEqual([`${url}/metrics: no answer within 3000 ms (1 of 3 polls).`])
})

test('an unreachable port is a problem in words', async () => {
  const { sampler, start } = sample(vllm({ url: 'http://127.0.0.1:1' }))
  await start()
  expect(sampler.sampled().problems).toEqual([expect.stringContaining('127.0.0.1:1')])
})

test('nobody knows where ollama would tell anything', () => {
  const target = ollama({ url: 'http://127.0.0.1:11434' })
  expect(openMetricsSources(target, nowhere, { now: () => performance.now() }).sources).toEqual([])
})

test('behind Triton the metrics are looked for on port 8002 first, without the key', () => {
  const target = tensorrtLlm({ url: 'http://127.0.0.1:8000', apiKey: 'sk-secret' })
  const { sources } = openMetricsSources(target, nowhere, { now: () => performance.now() })
  expect(sources.map(({ address }) => address)).toEqual([
    'http://127.0.0.1:8002/metrics',
    'http://127.0.0.1:8000/metrics',
  ])
  expect(sources[0]?.headers).toEqual({})
})
