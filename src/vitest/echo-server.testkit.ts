import { appendFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { parseArgs } from 'node:util'

/**
 * A server that tells everybody whatever it was given, wherever a server can say anything: argument by argument, variable by
 * variable, header by header. What it does beside that stands in the name of the model it is asked for.
 *
 *     node src/vitest/echo-server.testkit.ts --port 8000 --ledger heard.txt [whatever else]
 */
const { values } = parseArgs({
  options: { port: { type: 'string' }, ledger: { type: 'string' } },
  strict: false,
  allowPositionals: true,
})
const ledger = String(values.ledger)

/** Everything that this process was started with, one text each. */
const own = [...process.argv.slice(2), ...Object.values(process.env)].filter((text) => text !== undefined)

createServer((request, response) => {
  let body = ''
  request.on('data', (bytes: Buffer) => (body += bytes.toString()))
  request.on('end', () => answer(request, body, response))
}).listen(Number(values.port), '127.0.0.1', () => {
  for (const text of own) console.log(`started with ${text}`)
  console.log('listening')
})

let requests = 0

function answer(request: IncomingMessage, body: string, response: ServerResponse): void {
  const heard = heardIn(request, body)
  appendFileSync(ledger, `${heard.join('\n')}\n`)
  console.log(`asked with ${JSON.stringify(heard)}`)
  for (const text of heard) console.error(`asked with ${text}`)
  const url = request.url ?? ''
  if (url.includes('/metrics')) return void response.end(metrics([...heard, ...own]))
  if (url.includes('/version')) return void response.end(JSON.stringify({ version: `1 ${heard.join(' ')}` }))
  if (request.method === 'GET') return void response.end(JSON.stringify(models([...heard, ...own])))
  const { model = '' } = JSON.parse(body) as { model?: string }
  say(model, [...heard, ...own], response)
}

/** In every form in which it came, and decoded. */
function heardIn({ headers, url = '' }: IncomingMessage, body: string): string[] {
  const [path = '', query = ''] = url.split('?')
  const basic = /^Basic (.*)$/.exec(String(headers.authorization))?.[1]
  const texts = [
    ...Object.values(headers).map(String),
    url,
    ...path.split('/'),
    ...new URLSearchParams(query).values(),
    ...(basic === undefined ? [] : [Buffer.from(basic, 'base64').toString()]),
    ...(body === '' ? [] : leaves(JSON.parse(body))),
  ]
  return texts.filter((text) => text.length > 3)
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : []
}

const MODELS = ['finish', 'status', 'event', 'garbage', 'words', 'die', 'green'] as const

function models(told: readonly string[]): object {
  return { data: [...MODELS, ...told].map((id) => ({ id })) }
}

function metrics(told: readonly string[]): string {
  return told.map((text) => `# HELP x ${text}\nvllm:num_requests_running{t=${JSON.stringify(text)}} 0\n`).join('')
}

/** Each request tells one text more than the one before, from another place on: what is cut off of one is the head of the next. */
function say(model: string, told: readonly string[], response: ServerResponse): void {
  const from = requests++ % told.length
  const texts = [...told.slice(from), ...told.slice(0, from)]
  const all = texts.join(' | ')
  const end = (reason: string): void =>
    void response.end(
      `${event({ choices: [{ index: 0, text: ' a', finish_reason: null }] })}${event({
        choices: [{ index: 0, text: '', finish_reason: reason }],
        usage: { prompt_tokens: 1, completion_tokens: 1 },
      })}data: [DONE]\n\n`,
    )
  switch (model) {
    case 'finish':
      return end(texts[0] ?? '')
    case 'status':
      return void response.writeHead(400).end(JSON.stringify({ error: { message: all } }))
    case 'event':
      return void response.end(event({ error: { message: all } }))
    case 'garbage':
      return void response.socket?.end(`${all}\r\n\r\n`)
    case 'words':
      return void response.writeHead(503, all.replaceAll(/[^\x20-\x7e]/g, ' ')).end(`<h1>${all}</h1>`)
    case 'die':
      for (const text of told) console.error(`RuntimeError: CUDA out of memory ${text}`)
      console.error(all)
      return process.exit(1)
    default:
      return end('length')
  }
}

function event(json: object): string {
  return `data: ${JSON.stringify(json)}\n\n`
}
