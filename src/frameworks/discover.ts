import { getJson } from '../client/get-json.ts'
import { BenchError } from '../base/errors.ts'
import type { Ms } from '../base/units.ts'
import type { Framework, JsonPage } from './framework.ts'
import { routeTo } from './at-url.ts'
import type { Endpoint, Target } from './target.ts'

type Server = Endpoint & { kind: 'url' }

/** Of each page. */
const DISCOVERY_TIMEOUT_MS = 10_000

/**
 * What a running server says of itself: the model it serves and its version, where it tells one.
 *
 * Throws BenchError `server-unreachable`, `server-refused` or `model-not-found`, so that a wrong URL, key or model fails
 * a case before any load is sent.
 */
export async function discover<T extends Target>(target: T, timeoutMs: Ms = DISCOVERY_TIMEOUT_MS): Promise<T> {
  const server = target.endpoint
  if (server.kind !== 'url') return target
  const { versionPages, modelPage } = target.server
  const version = await discoverVersion(versionPages, server, timeoutMs)
  const model = modelPage === null ? target.model : await servedModel(target, modelPage, server, timeoutMs)
  return { ...target, model, version: version ?? target.version }
}

async function servedModel(
  target: Target,
  { path, schema }: JsonPage<readonly string[]>,
  server: Server,
  timeoutMs: Ms,
): Promise<string> {
  const answer = schema.safeParse(await ask(server, path, timeoutMs))
  if (!answer.success) {
    if (target.model !== null) return target.model
    throw new BenchError(`${server.url}${path} does not list a model.`, {
      code: 'model-not-found',
      remedy: 'Name it: LLM_BENCH_MODEL=... or `model` in the target.',
    })
  }
  const served = answer.data
  if (target.model === null) return served[0] as string
  if (served.includes(target.model)) return target.model
  throw new BenchError(`${server.url} does not serve the model ${target.model}; it serves ${served.join(', ')}.`, {
    code: 'model-not-found',
    remedy: 'Set LLM_BENCH_MODEL, or `model` in the target, to one of them.',
  })
}

/** Best effort: a server without such a page is no error. */
async function discoverVersion(
  pages: Framework['versionPages'],
  server: Server,
  timeoutMs: Ms,
): Promise<string | null> {
  for (const { path, schema } of pages) {
    const answer = schema.safeParse(await ask(server, path, timeoutMs).catch(noVersion))
    if (answer.success) return answer.data
  }
  return null
}

/** The next request, for the models, reports what is wrong. */
function noVersion(error: unknown): null {
  if (error instanceof BenchError) return null
  throw error
}

function ask(server: Server, path: string, timeoutMs: Ms): Promise<unknown> {
  return getJson(routeTo(server), path + server.query, server.headers, timeoutMs)
}
