import * as z from 'zod'
import { getJson } from '../client/get-json.ts'
import { BenchError } from '../errors.ts'
import type { Endpoint, Target } from './target.ts'

const ModelList = z.object({ data: z.array(z.object({ id: z.string() })).min(1) })
const Version = z.object({ version: z.string() })

const DISCOVERY_TIMEOUT_MS = 10_000

/**
 * What a running server says of itself: the model it serves and its version, where it tells one.
 *
 * Throws BenchError `server-unreachable`, `server-refused` or `model-not-found`, so that a wrong URL, key or model fails
 * a case before any load is sent.
 */
export async function discover(target: Target): Promise<Target> {
  if (target.endpoint.kind !== 'url') return target
  const version = await discoverVersion(target.endpoint)
  // Triton names its model in the path, and lists models by a protocol of its own.
  const model = target.recipe.protocol === 'triton-generate' ? target.model : await servedModel(target, target.endpoint)
  return { ...target, model, version: version ?? target.version }
}

async function servedModel(target: Target, endpoint: Endpoint & { kind: 'url' }): Promise<string> {
  const answer = ModelList.safeParse(await getJson(endpoint.url, '/v1/models', endpoint.headers, DISCOVERY_TIMEOUT_MS))
  if (!answer.success) {
    if (target.model !== null) return target.model
    throw new BenchError(`${endpoint.url}/v1/models does not list a model.`, {
      code: 'model-not-found',
      remedy: 'Name it: LLM_BENCH_MODEL=... or `model` in the target.',
    })
  }
  const served = answer.data.data.map(({ id }) => id)
  if (target.model === null) return served[0] as string
  if (served.includes(target.model)) return target.model
  throw new BenchError(`${endpoint.url} does not serve the model ${target.model}; it serves ${served.join(', ')}.`, {
    code: 'model-not-found',
    remedy: 'Set LLM_BENCH_MODEL, or `model` in the target, to one of them.',
  })
}

/** Best effort: a server without `/version` is no error. */
async function discoverVersion(endpoint: Endpoint & { kind: 'url' }): Promise<string | null> {
  try {
    const answer = Version.safeParse(await getJson(endpoint.url, '/version', endpoint.headers, DISCOVERY_TIMEOUT_MS))
    return answer.success ? answer.data.version : null
  } catch (error) {
    // The next request, for the models, reports what is wrong.
    if (error instanceof BenchError) return null
    throw error
  }
}
