import type { Dialect, GenerationCall, PlainResponse, Refusal } from './dialect.ts'
import { json } from './dialect.ts'
import { event, textEvents } from './event-writer.ts'
import { tritonMetricsPage } from './triton-metrics.ts'

/** As in TensorRT-LLM issue 1279. */
const FORWARD_ERROR =
  'Encountered an error in forward function: [TensorRT-LLM][ERROR] Assertion failed: freeBlockIterator.has_value() (/app/tensorrt_llm/cpp/tensorrt_llm/batch_manager/kvCacheManager.cpp:127)'
const BROKEN = { error: `in ensemble 'ensemble', Encountered error for requestId 1804289384: ${FORWARD_ERROR}` }

/** TensorRT-LLM 0.9.0 behind Triton: the head waits for the first token, no usage, no reason, the body just ends. */
export const tritonDialect: Dialect = {
  endpoints: { '/v2/models/ensemble/generate_stream': 'triton' },
  pages: () => {
    const ready: PlainResponse = { status: 200, contentType: 'text/plain', body: '' }
    return {
      '/v2': json(200, { name: 'triton', version: '2.45.0' }),
      '/v2/health/live': ready,
      '/v2/health/ready': ready,
      '/v2/models/ensemble/ready': ready,
    }
  },
  refuse,
  refuseTooLong,
  telemetry: { path: '/metrics', page: tritonMetricsPage, logLine: null },
  cacheReset: null,
  // Triton stays up, and every inference of the model fails.
  death: {
    running: event(JSON.stringify(BROKEN)),
    arriving: json(500, BROKEN),
    pages: {},
    log: () => `[TensorRT-LLM][ERROR] ${FORWARD_ERROR}`,
  },
  answer: () => {
    const before =
      '{"context_logits":0.0,"cum_log_probs":0.0,"generation_logits":0.0,"model_name":"ensemble","model_version":"1","output_log_probs":0.0,"sequence_end":false,"sequence_id":0,"sequence_start":false,"text_output":"'
    const write = textEvents(before, '"}')
    return {
      opening: null,
      token: (index, finish) => (finish === 'stop' ? event(`${before}"}`) : write(index)),
      closing: () => null,
    }
  },
}

function refuse(refusal: Refusal): PlainResponse {
  switch (refusal.kind) {
    case 'no-such-path':
      return json(404, { error: 'Not Found' })
    case 'unknown-model':
      return json(400, { error: `Request for unknown model: '${refusal.model}' is not found` })
    case 'bad-body':
      return json(400, { error: refusal.message })
  }
}

function refuseTooLong({ promptTokens, maxTokens }: GenerationCall, limit: number): PlainResponse {
  return json(400, {
    error: `Prompt length (${promptTokens}) + max_new_tokens (${maxTokens}) exceeds maximum sequence length (${limit})`,
  })
}
