import { expect, test } from 'vitest'
import { requestBody, sharedFields } from './request-body.ts'
import type { Target } from './target.ts'
import { llamaCpp, lmdeploy, mlcLlm, ollama, openai, sglang, tensorrtLlm, tgi, vllm } from './index.ts'

const url = 'http://127.0.0.1:1'

/** The body of a request for 9 tokens after "Hi", as it goes on the wire, with the path in front. */
function ask(target: Target, fixedLength = true): string {
  const body = requestBody(target, { model: 'm', prompt: 'Hi', outputTokens: 9, fixedLength })
  return `${target.recipe.path} ${JSON.stringify(body)}`
}

test('every server is asked for exactly 9 tokens by the fields that its version knows', () => {
  const bodies = {
    'vllm 0.4.1': ask(vllm({ url, version: '0.4.1' })),
    'vllm 0.5.0': ask(vllm({ url, version: '0.5.0' })),
    'vllm, unknown': ask(vllm({ url })),
    'vllm chat': ask(vllm({ url, version: '0.11.0', endpoint: 'chat' })),
    'lmdeploy 0.4.0': ask(lmdeploy({ url, version: '0.4.0' })),
    'lmdeploy 0.16.0': ask(lmdeploy({ url, version: '0.16.0' })),
    'tensorrt-llm 0.9.0': ask(tensorrtLlm({ url, version: '0.9.0' })),
    'trtllm-serve': ask(tensorrtLlm({ url, server: 'trtllm-serve' })),
    'trtllm-serve chat': ask(tensorrtLlm({ url, server: 'trtllm-serve', endpoint: 'chat' })),
    'mlc-llm 0.1.dev1166': ask(mlcLlm({ url, version: '0.1.dev1166' })),
    'mlc-llm completions': ask(mlcLlm({ url, version: '0.1.dev1166', endpoint: 'completions' })),
    'mlc-llm 0.20': ask(mlcLlm({ url, version: '0.20.0' })),
    'mlc-llm, unknown': ask(mlcLlm({ url })),
    sglang: ask(sglang({ url })),
    'sglang /generate': ask(sglang({ url, endpoint: 'native' })),
    'llama.cpp': ask(llamaCpp({ url })),
    'llama.cpp chat': ask(llamaCpp({ url, endpoint: 'chat' })),
    'llama.cpp /completion': ask(llamaCpp({ url, endpoint: 'native' })),
    tgi: ask(tgi({ url })),
    'tgi chat': ask(tgi({ url, endpoint: 'chat' })),
    ollama: ask(ollama({ url })),
    openai: ask(openai({ url, endpoint: 'completions' })),
  }
  expect(bodies).toMatchInlineSnapshot(`
    {
      "llama.cpp": "/v1/completions {"model":"m","prompt":"Hi","stream":true,"max_tokens":9,"temperature":0,"cache_prompt":false,"ignore_eos":true}",
      "llama.cpp /completion": "/completion {"prompt":"Hi","stream":true,"n_predict":9,"temperature":0,"cache_prompt":false,"ignore_eos":true}",
      "llama.cpp chat": "/v1/chat/completions {"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,"max_tokens":9,"temperature":0,"cache_prompt":false,"ignore_eos":true,"stream_options":{"include_usage":true}}",
      "lmdeploy 0.16.0": "/v1/completions {"model":"m","prompt":"Hi","stream":true,"max_tokens":9,"top_k":1,"stream_options":{"include_usage":true},"ignore_eos":true}",
      "lmdeploy 0.4.0": "/v1/completions {"model":"m","prompt":"Hi","stream":true,"max_tokens":9,"top_k":1,"ignore_eos":true}",
      "mlc-llm 0.1.dev1166": "/v1/chat/completions {"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,"max_tokens":9,"temperature":0,"n":1,"ignore_eos":true}",
      "mlc-llm 0.20": "/v1/chat/completions {"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,"max_tokens":9,"temperature":0,"stream_options":{"include_usage":true},"debug_config":{"ignore_eos":true}}",
      "mlc-llm completions": "/v1/completions {"model":"m","prompt":"Hi","stream":true,"max_tokens":9,"temperature":0,"n":1,"best_of":1,"ignore_eos":true}",
      "mlc-llm, unknown": "/v1/chat/completions {"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,"max_tokens":9,"temperature":0,"n":1,"stream_options":{"include_usage":true},"ignore_eos":true,"debug_config":{"ignore_eos":true}}",
      "ollama": "/v1/chat/completions {"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,"max_tokens":9,"temperature":0,"stream_options":{"include_usage":true}}",
      "openai": "/v1/completions {"model":"m","prompt":"Hi","stream":true,"max_tokens":9,"temperature":0,"stream_options":{"include_usage":true}}",
      "sglang": "/v1/completions {"model":"m","prompt":"Hi","stream":true,"max_tokens":9,"temperature":0,"stream_options":{"include_usage":true},"ignore_eos":true,"min_tokens":9}",
      "sglang /generate": "/generate {"text":"Hi","stream":true,"sampling_params":{"max_new_tokens":9,"temperature":0,"ignore_eos":true}}",
      "tensorrt-llm 0.9.0": "/v2/models/ensemble/generate_stream {"text_input":"Hi","max_tokens":9,"stream":true,"bad_words":"","stop_words":"","top_k":1,"min_length":9}",
      "tgi": "/generate_stream {"inputs":"Hi","parameters":{"max_new_tokens":9,"details":true,"do_sample":false}}",
      "tgi chat": "/v1/chat/completions {"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,"max_tokens":9,"temperature":0,"stream_options":{"include_usage":true}}",
      "trtllm-serve": "/v1/completions {"model":"m","prompt":"Hi","stream":true,"max_tokens":9,"temperature":0,"stream_options":{"include_usage":true},"ignore_eos":true,"min_tokens":9}",
      "trtllm-serve chat": "/v1/chat/completions {"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,"max_tokens":9,"temperature":0,"stream_options":{"include_usage":true},"ignore_eos":true,"min_tokens":9}",
      "vllm 0.4.1": "/v1/completions {"model":"m","prompt":"Hi","stream":true,"max_tokens":9,"temperature":0,"best_of":1,"use_beam_search":false,"ignore_eos":true}",
      "vllm 0.5.0": "/v1/completions {"model":"m","prompt":"Hi","stream":true,"max_tokens":9,"temperature":0,"stream_options":{"include_usage":true},"ignore_eos":true}",
      "vllm chat": "/v1/chat/completions {"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,"max_tokens":9,"temperature":0,"stream_options":{"include_usage":true},"ignore_eos":true}",
      "vllm, unknown": "/v1/completions {"model":"m","prompt":"Hi","stream":true,"max_tokens":9,"temperature":0,"stream_options":{"include_usage":true},"ignore_eos":true}",
    }
  `)
})

test('an answer of free length is asked for without the fields that forbid its end', () => {
  const free = [vllm({ url }), mlcLlm({ url }), tensorrtLlm({ url }), sglang({ url }), llamaCpp({ url })]
  for (const target of free) expect(ask(target, false)).not.toMatch(/ignore_eos|min_/)
})

test('extra fields are laid over the body: objects are merged, everything else is replaced', () => {
  const extraBody = { temperature: 0.7, stream_options: { continuous_usage_stats: true }, seed: 7 }
  const target = vllm({ url, version: '0.11.0', extraBody })
  const body = requestBody(target, { model: 'm', prompt: 'Hi', outputTokens: 9, fixedLength: false })
  expect(body).toEqual({
    model: 'm',
    prompt: 'Hi',
    stream: true,
    max_tokens: 9,
    temperature: 0.7,
    seed: 7,
    stream_options: { include_usage: true, continuous_usage_stats: true },
  })
})

test('what all requests of a run share is the body without model, prompt and lengths, nested ones included', () => {
  const input = { model: 'm', prompt: 'Hi', outputTokens: 9, fixedLength: true }
  const shared = (target: Target): unknown => sharedFields(target, input)
  expect(shared(tensorrtLlm({ url }))).toEqual({ stream: true, bad_words: '', stop_words: '', top_k: 1 })
  expect(shared(tgi({ url }))).toEqual({ parameters: { details: true, do_sample: false } })
  expect(shared(sglang({ url, endpoint: 'native' }))).toEqual({
    stream: true,
    sampling_params: { temperature: 0, ignore_eos: true },
  })
})
