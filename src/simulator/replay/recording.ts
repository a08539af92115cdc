import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import * as z from 'zod'
import { BenchError } from '../../base/errors.ts'
import type { TransportEnd } from '../../protocol/judge-answer.ts'
import { PROTOCOL_IDS, type ProtocolId } from '../../protocol/protocols.ts'

/** One answer of a server as it went over the wire. */
export interface Recording {
  readonly name: string
  readonly protocol: ProtocolId
  readonly httpStatus: number
  /** Null where the server names none. */
  readonly contentType: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly transportEnd: TransportEnd
  /** The body, in the pieces in which the server wrote it. */
  readonly writes: readonly Uint8Array[]
}

/** What stands in the `.json` beside a body; more may stand there. All of it has a default. */
const Facts = z.object({
  protocol: z.enum(PROTOCOL_IDS).default('openai-completions'),
  http_status: z.int().min(200).max(599).default(200),
  content_type: z.string().nullable().default('text/event-stream'),
  extra_headers: z.record(z.string(), z.string()).default({}),
  transport_end: z.enum(['clean', 'cut', 'stall']).default('clean'),
  http_chunk_bytes: z.array(z.int().positive()).optional(),
})

/**
 * Reads `case.sse` (the body, byte for byte) with `case.json` beside it, if there is one; either may be named. Without
 * sizes of writes, every event is one.
 *
 * Throws BenchError `bad-command` on a file that cannot be read, or whose facts do not fit its body.
 */
export function readRecording(file: string): Recording {
  const base = file.replace(/\.(sse|json)$/, '')
  const bodyFile = file.endsWith('.json') ? `${base}.sse` : file
  const factsFile = `${base}.json`
  const body = new Uint8Array(read(bodyFile))
  const facts = parseFacts(factsFile, existsSync(factsFile) ? read(factsFile).toString() : '{}')
  const sizes = facts.http_chunk_bytes ?? eventSizes(body)
  const sum = sizes.reduce((total, size) => total + size, 0)
  if (sum !== body.length) {
    throw unusable(factsFile, `its http_chunk_bytes are ${sum} bytes where the body has ${body.length}`)
  }
  return {
    name: basename(base),
    protocol: facts.protocol,
    httpStatus: facts.http_status,
    contentType: facts.content_type,
    headers: facts.extra_headers,
    transportEnd: facts.transport_end,
    writes: cut(body, sizes),
  }
}

function read(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw unusable(file, String((cause as NodeJS.ErrnoException).code))
  }
}

function parseFacts(file: string, text: string): z.infer<typeof Facts> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw unusable(file, 'it is not JSON')
  }
  const facts = Facts.safeParse(json)
  if (facts.success) return facts.data
  const [issue] = facts.error.issues
  throw unusable(file, `${issue?.path.join('.')}: ${issue?.message}`)
}

function unusable(file: string, why: string): BenchError {
  return new BenchError(`${file} cannot be replayed: ${why}.`, {
    code: 'bad-command',
    remedy: 'Give the body of an answer as case.sse, and what is known of it as case.json (docs/replay.md).',
  })
}

const LF = 10
const CR = 13

/** An event ends with its blank line; what follows the last one is a write of its own. */
function eventSizes(body: Uint8Array): number[] {
  const ends: number[] = []
  for (let i = 0; i < body.length; i++) {
    if (body[i] !== LF) continue
    const before = body[i - 1] === CR ? i - 2 : i - 1
    if (body[before] === LF) ends.push(i + 1)
  }
  if (body.length > 0 && ends.at(-1) !== body.length) ends.push(body.length)
  return ends.map((end, i) => end - (ends[i - 1] ?? 0))
}

function cut(body: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  let at = 0
  return sizes.map((size) => body.subarray(at, (at += size)))
}
