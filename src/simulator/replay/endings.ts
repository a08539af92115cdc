import type { ProtocolId } from '../../protocol/protocol.ts'

const MESSAGE = 'the engine failed (replayed fault)'

/** How a server reports in the middle of an answer that it failed. */
export function errorEnding(protocol: ProtocolId): string {
  switch (protocol) {
    case 'openai-completions':
    case 'openai-chat':
    case 'sglang-generate':
      return `${event({ error: { message: MESSAGE, type: 'InternalServerError', code: 500 } })}data: [DONE]\n\n`
    case 'llamacpp-completion':
      return event({ error: { code: 500, message: MESSAGE, type: 'server_error' } })
    case 'tgi-generate':
      return event({ error: MESSAGE, error_type: 'generation' })
    case 'triton-generate':
      return event({ error: MESSAGE })
    case 'lmdeploy-interactive':
      return `${JSON.stringify({ object: 'error', message: MESSAGE, code: 500 })}\n`
    case 'vllm-generate-nul':
      return `${JSON.stringify({ error: MESSAGE })}\0`
    case 'http-error-body':
      return ''
  }
}

/** How a server ends an answer by itself after `tokens` tokens; nothing where the protocol just ends. */
export function shortEnding(protocol: ProtocolId, tokens: number): string {
  const usage = { prompt_tokens: 1, completion_tokens: tokens, total_tokens: tokens + 1 }
  switch (protocol) {
    case 'openai-completions':
      return `${event({ choices: [{ index: 0, text: '', finish_reason: 'stop' }], usage })}data: [DONE]\n\n`
    case 'openai-chat':
      return `${event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage })}data: [DONE]\n\n`
    case 'sglang-generate': {
      const meta = { prompt_tokens: 1, completion_tokens: tokens, finish_reason: { type: 'stop' } }
      return `${event({ text: '', meta_info: meta })}data: [DONE]\n\n`
    }
    case 'llamacpp-completion':
      return event({ content: '', stop: true, stop_type: 'eos', tokens_predicted: tokens, tokens_evaluated: 1 })
    case 'tgi-generate':
      return event({
        token: { id: 2, text: '</s>', special: true },
        generated_text: '',
        details: { finish_reason: 'eos_token', generated_tokens: tokens },
      })
    case 'lmdeploy-interactive':
      return `${JSON.stringify({ text: '', tokens, input_tokens: 1, history_tokens: 0, finish_reason: 'stop' })}\n`
    case 'triton-generate':
    case 'vllm-generate-nul':
    case 'http-error-body':
      return ''
  }
}

function event(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`
}
