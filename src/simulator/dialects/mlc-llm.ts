import type { FinishReason } from '../engine.ts'
import type { AnswerContext, AnswerStream, Dialect, GenerationCall, PlainResponse, Refusal } from './dialect.ts'
import { json, modelList } from './dialect.ts'
import { countingEvents, DONE, event, pieceText } from './event-writer.ts'

/** mlc-llm 0.1.dev1166: the head waits for the first token, cumulative usage in every event, `[DONE]`. */
export const mlcDialect: Dialect = {
  endpoints: { '/v1/completions': 'completions', '/v1/chat/completions': 'chat' },
  pages: (_profile, servedModel) => ({ '/v1/models': modelList(servedModel, 'MLC-LLM') }),
  refuse,
  refuseTooLong,
  answer,
  telemetry: null,
  cacheReset: null,
  // The engine's thread is gone and HTTP goes on (mlc-llm issue 2243).
  death: {
    running: 'stall',
    arriving: 'silence',
    pages: {},
    log: () =>
      'Exception in thread Thread-1 (_background_loop):\nTVMError: Check failed: (result) is false: Failed to allocate 99121664 bytes with alignment 16 bytes.',
  },
}

function answer({ call, hexId, created }: AnswerContext): AnswerStream {
  const isChat = call.shape === 'chat'
  const start = (finish: FinishReason | null): string =>
    `{"id":"${isChat ? 'chatcmpl' : 'cmpl'}-${hexId}","choices":[{"finish_reason":${JSON.stringify(finish)},"index":0,${isChat ? '"delta":{"content":"' : '"logprobs":null,"text":"'}`
  const rest = `${isChat ? '","role":"assistant","name":null,"tool_calls":null,"tool_call_id":null},"logprobs":null' : '"'}}],"created":${created},"model":${JSON.stringify(call.model)},${isChat ? '"system_fingerprint":"","object":"chat.completion.chunk"' : '"object":"text_completion"'},"usage":{"prompt_tokens":${call.promptTokens},"completion_tokens":`
  const total = ',"total_tokens":'
  const write = countingEvents(start(null), rest, call.promptTokens, total, '}}')
  return {
    opening: null,
    token: (index, finish) => {
      if (finish === null) return write(index)
      const text = finish === 'stop' ? '' : pieceText(index)
      return event(`${start(finish)}${text}${rest}${index + 1}${total}${call.promptTokens + index + 1}}}`)
    },
    closing: () => DONE,
  }
}

function refuse(refusal: Refusal): PlainResponse {
  switch (refusal.kind) {
    case 'no-such-path':
      return json(404, { detail: 'Not Found' })
    case 'unknown-model':
      return error(`The requested model "${refusal.model}" is not served.`)
    case 'bad-body':
      return json(422, { detail: [{ type: 'value_error', loc: ['body'], msg: refusal.message }] })
  }
}

function refuseTooLong({ promptTokens, maxTokens }: GenerationCall, limit: number): PlainResponse {
  return error(
    `Request prompt has ${promptTokens} tokens in total and asks for ${maxTokens}, larger than the model capacity ${limit}.`,
  )
}

/** A JSON string that holds JSON. */
function error(message: string): PlainResponse {
  return json(400, JSON.stringify({ object: 'error', message, code: 400 }))
}
