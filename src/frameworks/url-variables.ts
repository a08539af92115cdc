import type { FrameworkId } from '../report.ts'

/** The environment variable that sends a framework's cases to a running server. */
export const URL_VARIABLES: Readonly<Record<FrameworkId, string>> = {
  vllm: 'VLLM_URL',
  lmdeploy: 'LMDEPLOY_URL',
  'tensorrt-llm': 'TENSORRT_LLM_URL',
  'mlc-llm': 'MLC_LLM_URL',
  sglang: 'SGLANG_URL',
  'llama.cpp': 'LLAMA_CPP_URL',
  tgi: 'TGI_URL',
  ollama: 'OLLAMA_URL',
  openai: 'OPENAI_URL',
}
