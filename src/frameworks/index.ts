import type { Framework } from './framework.ts'
import { LLAMA_CPP } from './llama-cpp.ts'
import { LMDEPLOY } from './lmdeploy.ts'
import { MLC_LLM } from './mlc-llm.ts'
import { OLLAMA } from './ollama.ts'
import { OPENAI } from './openai.ts'
import { SGLANG } from './sglang.ts'
import { TRITON, TRTLLM_SERVE } from './tensorrt-llm.ts'
import { TGI } from './tgi.ts'
import { VLLM } from './vllm.ts'

// The list of all frameworks, in the order of tables. What is exported by its name is public: src/index.ts passes it on.
// The list itself, the default export, is not; src/frameworks/catalog.ts is what the program reads of it.
const frameworks: readonly Framework[] = [
  VLLM,
  LMDEPLOY,
  TRITON,
  TRTLLM_SERVE,
  MLC_LLM,
  SGLANG,
  LLAMA_CPP,
  TGI,
  OLLAMA,
  OPENAI,
]
export default frameworks

export { llamaCpp } from './llama-cpp.ts'
export { lmdeploy } from './lmdeploy.ts'
export { mlcLlm } from './mlc-llm.ts'
export { ollama } from './ollama.ts'
export { openai } from './openai.ts'
export { sglang } from './sglang.ts'
export { tensorrtLlm, type TensorrtLlmOptions } from './tensorrt-llm.ts'
export { tgi } from './tgi.ts'
export { vllm } from './vllm.ts'
