import * as z from 'zod'
import { getJson } from '../client/get-json.ts'
import { BenchError } from '../base/errors.ts'
import type { FrameworkId } from '../report.ts'
import type { Ms } from '../base/units.ts'
import type { Endpoint, Target } from './target.ts'

type Server = Endpoint & { kind: 'url' }

const ModelList = z.object({ data: z.array(z.object({ id: z.string() })).min(1) })
const Version = z.object({ version: z.string() }).transform(({ version }) => version)
/** `b4747-0a1b2c3d`, or `4747-...` in between: the build and its commit. */
const Build = z.object({ build_info: z.string() }).transform((props) => props.build_info)
/** All versions of TGI have it; `/v1/models` is younger. */
const TgiInfo = z.object({ model_id: z.string() }).transform((info) => ({ data: [{ id: info.model_id }] }))

/** Where a server tells its version: the first of these pages that does. lmdeploy, mlc-llm and Triton tell theirs nowhere. */
const VERSION_PAGES: Readonly<Record<FrameworkId, readonly (readonly [path: string, page: z.ZodType<string>])[]>> = {
  vllm: [['/version', Version]],
  lmdeploy: [],
  'tensorrt-llm': [['/version', Version]],
  'mlc-llm': [],
  sglang: [
    ['/server_info', Version],
    ['/get_server_info', Version],
  ],
  'llama.cpp': [['/props', Build]],
  tgi: [['/info', Version]],
  ollama: [['/api/version', Version]],
  openai: [['/version', Version]],
}

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
  // Triton names its model in the path, and lists models and versions by a protocol of its own.
  if (target.recipe.protocol === 'triton-generate') return target
  const version = await discoverVersion(target.framework, server, timeoutMs)
  return { ...target, model: await servedModel(target, server, timeoutMs), version: version ?? target.version }
}

async function servedModel(target: Target, server: Server, timeoutMs: Ms): Promise<string> {
  const [path, page] = target.framework === 'tgi' ? ['/info', TgiInfo] : ['/v1/models', ModelList]
  const answer = page.safeParse(await ask(server, path, timeoutMs))
  if (!answer.success) {
    if (target.model !== null) return target.model
    throw new BenchError(`${server.url}${path} does not list a model.`, {
      code: 'model-not-found',
      remedy: 'Name it: LLM_BENCH_MODEL=... or `model` in the target.',
    })
  }
  const served = answer.data.data.map(({ id }) => id)
  if (target.model === null) return served[0] as string
  if (served.includes(target.model)) return target.model
  throw new BenchError(`${server.url} does not serve the model ${target.model}; it serves ${served.join(', ')}.`, {
    code: 'model-not-found',
    remedy: 'Set LLM_BENCH_MODEL, or `model` in the target, to one of them.',
  })
}

/** Best effort: a server without such a page is no error. */
async function discoverVersion(framework: FrameworkId, server: Server, timeoutMs: Ms): Promise<string | null> {
  for (const [path, page] of VERSION_PAGES[framework]) {
    const answer = page.safeParse(await ask(server, path, timeoutMs).catch(noVersion))
    if (answer.success) return answer.data
  }
  return null
}

/** The next request, for the models, reports what is wrong. */
function noVersion(error: unknown): null {
  if (error instanceof BenchError) return null
  throw error
}

function ask({ url, query, headers, tls }: Server, path: string, timeoutMs: Ms): Promise<unknown> {
  return getJson(url, path + query, headers, timeoutMs, tls)
}
