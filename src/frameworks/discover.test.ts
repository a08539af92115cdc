import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { discover } from './discover.ts'
import { llamaCpp, lmdeploy, mlcLlm, ollama, sglang, tensorrtLlm, tgi, vllm } from './index.ts'

/** A server with these pages of JSON and no others. */
async function serve(pages: Readonly<Record<string, unknown>>): Promise<string> {
  const server = createServer(({ url = '' }, response) => {
    if (url in pages) response.end(JSON.stringify(pages[url]))
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const models = { '/v1/models': { data: [{ id: 'served' }, { id: 'other' }] } }

test.for([
  { name: 'vllm', target: vllm, pages: { ...models, '/version': { version: '0.11.0' } }, version: '0.11.0' },
  { name: 'sglang', target: sglang, pages: { ...models, '/get_server_info': { version: '0.5' } }, version: '0.5' },
  { name: 'sglang, later', target: sglang, pages: { ...models, '/server_info': { version: '0.6' } }, version: '0.6' },
  {
    name: 'llama.cpp',
    target: llamaCpp,
    pages: { ...models, '/props': { build_info: 'b4747-c5d91a74' } },
    version: 'b4747-c5d91a74',
  },
  { name: 'tgi', target: tgi, pages: { '/info': { model_id: 'served', version: '3.3.7' } }, version: '3.3.7' },
  { name: 'ollama', target: ollama, pages: { ...models, '/api/version': { version: '0.9' } }, version: '0.9' },
  { name: 'lmdeploy, which does not say', target: lmdeploy, pages: models, version: null },
  { name: 'mlc-llm, which does not say', target: mlcLlm, pages: models, version: null },
])('model and version of $name', async ({ target, pages, version }) => {
  expect(await discover(target({ url: await serve(pages) }))).toMatchObject({ model: 'served', version })
})

test('what the server says goes before the version given in code, which holds where it says nothing', async () => {
  expect(await discover(vllm({ version: '0.4.1', url: await serve(models) }))).toMatchObject({ version: '0.4.1' })
  const pages = { ...models, '/version': { version: '0.11.0' } }
  expect(await discover(vllm({ version: '0.4.1', url: await serve(pages) }))).toMatchObject({ version: '0.11.0' })
})

test('the query of the URL goes with every question', async () => {
  const url = await serve({
    '/v1/models?api-version=1': models['/v1/models'],
    '/version?api-version=1': { version: '9' },
  })
  expect(await discover(vllm({ url: `${url}/v1?api-version=1` }))).toMatchObject({ model: 'served', version: '9' })
  await expect(discover(vllm({ url: `${url}/v1?k=planted`, model: 'm' }))).rejects.toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('planted') }),
  )
})

test('trtllm-serve is asked, Triton is not: it has pages of its own', async () => {
  const url = await serve({ ...models, '/version': { version: '1.2.0' } })
  const serveTarget = tensorrtLlm({ server: 'trtllm-serve', url })
  expect(await discover(serveTarget)).toMatchObject({ model: 'served', version: '1.2.0' })
  const triton = tensorrtLlm({ url: 'http://127.0.0.1:1', version: '0.9.0' })
  expect(await discover(triton)).toEqual(triton)
})

test('a model that is not served, and a server that lists none', async () => {
  const url = await serve(models)
  await expect(discover(vllm({ url, model: 'mine' }))).rejects.toThrow(
    `${url} does not serve the model mine; it serves served, other.`,
  )
  await expect(discover(vllm({ url: await serve({ '/v1/models': { data: [] } }) }))).rejects.toMatchObject({
    code: 'model-not-found',
  })
})
