import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { getJson } from './get-json.ts'

const at = (url: string) => ({ url, tls: {}, proxy: null })

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('the JSON under a base URL with a path, asked for with the headers given', async () => {
  const url = await serve(({ url, headers }, response) => response.end(JSON.stringify([url, headers.authorization])))
  expect(await getJson(at(`${url}/base/`), '/v1/models', { authorization: 'Bearer k' }, 2000)).toEqual([
    '/base/v1/models',
    'Bearer k',
  ])
})

test.for([
  {
    name: 'a missing key',
    status: 401,
    body: 'who?',
    says: /HTTP 401: who\?\. Give a key .* LLM_BENCH_API_KEY where the target has none/,
  },
  { name: 'a wrong path', status: 404, body: '', says: /HTTP 404\. Check the path/ },
  { name: 'a server error', status: 500, body: 'oops', says: /HTTP 500: oops\. See the server's log/ },
  { name: 'a page instead of JSON', status: 200, body: '<html>', says: /other than JSON: <html>/ },
])('$name is server-refused and says what to do', async ({ status, body, says }) => {
  const url = await serve((_request, response) => response.writeHead(status).end(body))
  const error = await getJson(at(url), '/v1/models', {}, 2000).catch((caught: unknown) => caught)
  expect(error).toMatchObject({ code: 'server-refused', message: expect.stringMatching(says) })
})

test('a refused port is server-unreachable, with URL, code and remedy', async () => {
  const error = await getJson(at('http://127.0.0.1:1'), '/v1/models', {}, 2000).catch((caught: unknown) => caught)
  expect(error).toMatchObject({
    code: 'server-unreachable',
    message: expect.stringMatching(
      /^GET http:\/\/127\.0\.0\.1:1\/v1\/models failed: .*ECONNREFUSED.* Start the server/,
    ),
  })
})

test('silence is server-unreachable', async () => {
  const url = await serve(() => {})
  const error = await getJson(at(url), '/v1/models', {}, 50).catch((caught: unknown) => caught)
  expect(error).toMatchObject({
    code: 'server-unreachable',
    message: expect.stringContaining('no answer within 50 ms'),
  })
})
