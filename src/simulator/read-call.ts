import { z } from 'zod'
import { estimateTokens } from '../workload/words.ts'
import type { GenerationCall, PromptPart } from './dialects/dialect.ts'

const stream = z.literal(true, { error: 'only streamed answers are simulated: set "stream" to true' })
const count = z.int().positive()

const Completions = z.object({
  model: z.string().nullish(),
  prompt: z.string(),
  max_tokens: count.default(16),
  min_tokens: z.int().nonnegative().default(0),
  ignore_eos: z.boolean().default(false),
  cache_salt: z.string().min(1).nullish(),
  stream,
})

const Chat = z.object({
  model: z.string().nullish(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })).min(1),
  max_tokens: count.default(16),
  min_tokens: z.int().nonnegative().default(0),
  ignore_eos: z.boolean().default(false),
  cache_salt: z.string().min(1).nullish(),
  stream,
})

const Triton = z.object({
  text_input: z.string(),
  max_tokens: count,
  min_length: z.int().nonnegative().default(0),
  stream,
})

/** Reads the JSON body of a request to generate; what is wrong with it as a string. */
export function readCall(
  shape: GenerationCall['shape'],
  body: string | null,
  chatTemplateTokens: number,
): GenerationCall | string {
  let value: unknown
  try {
    value = JSON.parse(body ?? '')
  } catch {
    return 'the body is not JSON'
  }
  const schema = { completions: Completions, chat: Chat, triton: Triton }[shape]
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return `${issue!.path.join('.')}: ${issue!.message}`
  }
  const request = parsed.data
  if ('text_input' in request) {
    const { text_input: text, max_tokens: maxTokens, min_length: minTokens } = request
    const prompt = [{ role: null, text }]
    return { shape, model: null, prompt, promptTokens: estimateTokens(text), cacheSalt: null, maxTokens, minTokens }
  }
  const prompt: PromptPart[] =
    'prompt' in request
      ? [{ role: null, text: request.prompt }]
      : request.messages.map(({ role, content }) => ({ role, text: content }))
  const templateTokens = shape === 'chat' ? chatTemplateTokens : 0
  return {
    shape,
    model: request.model ?? null,
    prompt,
    promptTokens: prompt.reduce((sum, { text }) => sum + estimateTokens(text), templateTokens),
    cacheSalt: request.cache_salt ?? null,
    maxTokens: request.max_tokens,
    minTokens: request.ignore_eos ? request.max_tokens : request.min_tokens,
  }
}
