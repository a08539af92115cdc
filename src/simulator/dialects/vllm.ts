import type { Tokens } from '../../base/units.ts'
import { logPrefix, vllmLogLine } from '../engine-log.ts'
import type { AnswerContext, AnswerStream, Dialect, GenerationCall, PlainResponse, Refusal } from './dialect.ts'
import { json, modelList } from './dialect.ts'
import { DONE, event, pieceText, textEvents } from './event-writer.ts'
import { vllmMetricsPage } from './vllm-metrics.ts'

const NOTHING = new Uint8Array(0)
const EMPTY: PlainResponse = { status: 200, contentType: 'text/plain', body: '' }

/**
 * vLLM 0.4.1: the head at once, usage on the finishing event, `[DONE]`. With a prefix cache it tells of it as vLLM V1 does
 * that was started with `--enable-prompt-tokens-details` and `VLLM_SERVER_DEV_MODE=1`.
 */
export const vllmDialect: Dialect = {
  endpoints: { '/v1/completions': 'completions', '/v1/chat/completions': 'chat' },
  pages: ({ version }, servedModel) => ({
    '/health': EMPTY,
    '/metrics': { ...EMPTY, status: 307, location: '/metrics/' },
    '/version': json(200, { version }),
    '/v1/models': modelList(servedModel, 'vllm'),
  }),
  refuse,
  refuseTooLong,
  answer: (context) => (context.call.shape === 'chat' ? chat(context) : completions(context)),
  telemetry: { path: '/metrics/', page: vllmMetricsPage, logLine: vllmLogLine },
  cacheReset: { path: '/reset_prefix_cache', answer: (success) => json(200, { success }) },
  death: {
    running: 'cut',
    arriving: 'head-then-cut',
    pages: { '/health': { status: 500, contentType: 'text/plain; charset=utf-8', body: 'Internal Server Error' } },
    log: (unixMs) =>
      `${logPrefix('ERROR', unixMs, 'async_llm_engine.py:43')} Engine background task failed: torch.cuda.OutOfMemoryError: CUDA out of memory.`,
  },
}

function completions({ call, servedModel, hexId, created }: AnswerContext): AnswerStream {
  const before = `{"id":"cmpl-${hexId}","created":${created},"model":${JSON.stringify(servedModel)},"choices":[{"index":0,"text":"`
  const write = textEvents(before, '","logprobs":null,"finish_reason":null,"stop_reason":null}],"usage":null}')
  return {
    opening: NOTHING,
    token: (index, finish, cachedTokens) => {
      if (finish === null) return write(index)
      const text = finish === 'stop' ? '' : pieceText(index)
      return event(
        `${before}${text}","logprobs":null,"finish_reason":"${finish}","stop_reason":null}],"usage":${usage(call.promptTokens, index + 1, cachedTokens)}}`,
      )
    },
    closing: () => DONE,
  }
}

function chat({ call, servedModel, hexId, created }: AnswerContext): AnswerStream {
  const before = `{"id":"cmpl-${hexId}","object":"chat.completion.chunk","created":${created},"model":${JSON.stringify(servedModel)},"choices":[{"index":0,"delta":{`
  const write = textEvents(`${before}"content":"`, '"},"logprobs":null,"finish_reason":null}]}')
  const role = event(`${before}"role":"assistant"},"logprobs":null,"finish_reason":null}]}`)
  const last = (index: number, finish: string, cachedTokens: Tokens | null): Uint8Array =>
    event(
      `${before}"content":"${finish === 'stop' ? '' : pieceText(index)}"},"finish_reason":"${finish}"}],"usage":${usage(call.promptTokens, index + 1, cachedTokens)}}`,
    )
  return {
    opening: NOTHING,
    token: (index, finish, cachedTokens) => {
      const bytes = finish === null ? write(index) : last(index, finish, cachedTokens)
      return index === 0 ? Buffer.concat([role, bytes]) : bytes
    },
    closing: () => DONE,
  }
}

function usage(promptTokens: Tokens, completionTokens: Tokens, cachedTokens: Tokens | null): string {
  const details = cachedTokens === null ? '' : `,"prompt_tokens_details":{"cached_tokens":${cachedTokens}}`
  return `{"prompt_tokens":${promptTokens},"total_tokens":${promptTokens + completionTokens},"completion_tokens":${completionTokens}${details}}`
}

function refuse(refusal: Refusal): PlainResponse {
  switch (refusal.kind) {
    case 'no-such-path':
      return json(404, { detail: 'Not Found' })
    case 'unknown-model':
      return error(404, 'NotFoundError', `The model \`${refusal.model}\` does not exist.`)
    case 'bad-body':
      return error(400, 'BadRequestError', refusal.message)
  }
}

function refuseTooLong({ promptTokens, maxTokens }: GenerationCall, limit: number): PlainResponse {
  return error(
    400,
    'BadRequestError',
    `This model's maximum context length is ${limit} tokens. However, you requested ${promptTokens + maxTokens} tokens (${promptTokens} in the messages, ${maxTokens} in the completion). Please reduce the length of the messages or completion.`,
  )
}

function error(code: number, type: string, message: string): PlainResponse {
  return json(code, { object: 'error', message, type, param: null, code })
}
