import { spawn } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { parseArgs } from 'node:util'

/**
 * A server to be launched by tests: a process of its own that behaves like a small vLLM, with the vices of a real one.
 *
 *     node src/server/fake-server.testkit.ts --port 8000 [options]
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    /** Has its metrics there, and nowhere without it. */
    'metrics-port': { type: 'string' },
    /** Loads for so long, with 503 on /health. */
    'ready-after-ms': { type: 'string', default: '0' },
    /** Prints this and exits with 1 instead of becoming ready. */
    'die-loading': { type: 'string' },
    /** Answers so many requests, then prints a CUDA error and exits with 1. */
    'die-after': { type: 'string' },
    /** Answers so many requests, then prints mlc's TVMError and takes requests without ever answering. */
    'wedge-after': { type: 'string' },
    /** Starts two children: one in its process group, one in a session of its own. Prints their pids. */
    children: { type: 'boolean', default: false },
    /** Needs so long to leave when it is asked to. */
    'stop-ms': { type: 'string', default: '0' },
    /** Leaves, once it was asked to, when this file is there. */
    'stay-until': { type: 'string' },
    /** Prints a line for each request that it takes. */
    'log-requests': { type: 'boolean', default: false },
    /** Does not leave when it is asked to. */
    stubborn: { type: 'boolean', default: false },
    /** Answers the tokens of a request over so long. */
    'answer-ms': { type: 'string', default: '0' },
    /** Creates this file and holds it open, as Python holds its shared memory; nobody removes it but who cleans up. */
    'shared-memory': { type: 'string' },
    /** Printed at the start, as servers print their arguments. */
    'api-key': { type: 'string' },
    /** Printed at the start. */
    complain: { type: 'string' },
  },
})

console.log(`INFO pid ${process.pid}`)
console.log(`INFO args: ${process.argv.slice(2).join(' ')}`)
console.log(`INFO NODE_ENV=${process.env['NODE_ENV'] ?? 'unset'} VITEST=${process.env['VITEST'] ?? 'unset'}`)
if (values['shared-memory'] !== undefined) openSync(values['shared-memory'], 'w', 0o600)
if (values.complain !== undefined) console.error(values.complain)
if (values.children) {
  for (const detached of [false, true]) {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)'], { detached, stdio: 'ignore' })
    if (detached) child.unref()
    console.log(`INFO child ${child.pid}`)
  }
}

let answered = 0
let isReady = false
const isWedged = (): boolean => values['wedge-after'] !== undefined && answered >= Number(values['wedge-after'])

const server = createServer((request, response) => {
  const { method, url } = request
  if (method === 'GET' && url === '/health') return void response.writeHead(isReady ? 200 : 503).end()
  if (method === 'GET' && url === '/v1/models') return void response.end('{"data":[{"id":"fake"}]}')
  if (method === 'GET') return void response.writeHead(404).end()
  let body = ''
  request.on('data', (bytes: Buffer) => (body += bytes.toString()))
  request.on('end', () => generate(JSON.parse(body) as { max_tokens: number }, response))
})

function generate({ max_tokens: tokens }: { max_tokens: number }, response: ServerResponse): void {
  if (isWedged()) return
  answered++
  if (values['log-requests']) console.log(`INFO request ${answered}`)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (let i = 0; i < tokens; i++) response.write(event({ text: ' word', finish_reason: null }))
  const finish = (): void => {
    const usage = { prompt_tokens: 1, completion_tokens: tokens }
    response.end(event({ text: '', finish_reason: 'length' }, usage) + 'data: [DONE]\n\n')
  }
  setTimeout(finish, tokens === 1 ? 0 : Number(values['answer-ms']))
  if (isWedged())
    console.log('TVMError: Check failed: (result) is false: Failed to allocate 99121664 bytes with alignment 16 bytes.')
  if (values['die-after'] !== undefined && answered >= Number(values['die-after'])) {
    console.error('torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 112.00 MiB.')
    process.exit(1)
  }
}

function event(choice: object, usage?: object): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }], ...(usage === undefined ? {} : { usage }) })}\n\n`
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    console.log(`INFO ${signal}: leaving`)
    const { stubborn, 'stay-until': file } = values
    if (file !== undefined) setInterval(() => existsSync(file) && process.exit(0), 10)
    else if (!stubborn) setTimeout(() => process.exit(0), Number(values['stop-ms']))
  })
}

if (values['metrics-port'] !== undefined) {
  createServer((_request, response) => response.end('vllm:num_requests_running 0\n')).listen(
    Number(values['metrics-port']),
    '127.0.0.1',
  )
}

server.on('error', (error) => {
  console.error(`ERROR: [Errno 98] error while attempting to bind: address already in use (${error.message})`)
  process.exit(1)
})
server.listen(Number(values.port), '127.0.0.1', () => {
  console.log('INFO loading weights')
  setTimeout(() => {
    if (values['die-loading'] !== undefined) {
      console.error(values['die-loading'])
      process.exit(1)
    }
    isReady = true
    console.log('INFO ready')
  }, Number(values['ready-after-ms']))
})
