import type { AnswerContext, AnswerStream, Dialect, PlainResponse, Refusal } from './dialect.ts'
import { json, modelList } from './dialect.ts'
import { DONE, event, textEvents } from './event-writer.ts'

/** lmdeploy 0.4.0: an empty first event before the request is queued, no usage, errors under status 200. */
export const lmdeployDialect: Dialect = {
  endpoints: { '/v1/completions': 'completions', '/v1/chat/completions': 'chat' },
  pages: (_profile, servedModel) => ({ '/v1/models': modelList(servedModel, 'lmdeploy') }),
  refuse,
  refuseTooLong: () => null,
  answer,
  telemetry: null,
  cacheReset: null,
  // The process aborts: nothing answers any more.
  death: {
    running: 'cut',
    arriving: 'cut',
    pages: { '/v1/models': 'cut' },
    log: () =>
      "terminate called after throwing an instance of 'std::runtime_error'\n  what():  [TM][ERROR] CUDA runtime error: out of memory lmdeploy/src/turbomind/utils/allocator.h:233",
  },
}

function answer({ call, servedModel, serial, created }: AnswerContext): AnswerStream {
  const isChat = call.shape === 'chat'
  const head = `{"id":"${serial}",`
  const model = `"model":${JSON.stringify(servedModel)},"choices":[{"index":0,`
  const object = isChat ? 'chat.completion.chunk' : 'text_completion'
  const before = `${head}"object":"${object}","created":${created},${model}${isChat ? '"delta":{"role":"assistant","content":"' : '"text":"'}`
  const afterText = isChat ? '"}' : '"'
  const write = textEvents(before, `${afterText},"logprobs":null,"finish_reason":null}]}`)
  return {
    opening: event(`${head}${model}${isChat ? '"delta":{"role":"assistant"}' : '"text":""'},"finish_reason":null}]}`),
    token: (index, finish) => (finish === 'stop' ? null : write(index)),
    closing: (finish) =>
      Buffer.concat([event(`${before}${afterText},"logprobs":null,"finish_reason":"${finish}"}]}`), DONE]),
  }
}

function refuse(refusal: Refusal): PlainResponse {
  switch (refusal.kind) {
    case 'no-such-path':
      return json(404, { detail: 'Not Found' })
    case 'unknown-model':
      return json(200, { object: 'error', message: `The model \`${refusal.model}\` does not exist.`, code: 404 })
    case 'bad-body':
      return json(422, { detail: [{ type: 'value_error', loc: ['body'], msg: refusal.message }] })
  }
}
