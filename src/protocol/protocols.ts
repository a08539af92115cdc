import type { Protocol } from './event-reader.ts'
import { llamacppCompletion } from './llamacpp-completion.ts'
import { lmdeployInteractive } from './lmdeploy-interactive.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiCompletions } from './openai-completions.ts'
import { sglangGenerate } from './sglang-generate.ts'
import { tgiGenerate } from './tgi-generate.ts'
import { tritonGenerate } from './triton-generate.ts'
import { vllmGenerateNul } from './vllm-generate-nul.ts'

/** The answer to a request that a server refuses: no events, one body. */
const httpErrorBody: Protocol = {
  framing: 'none',
  reader: () => ({ read: () => false, isComplete: () => false }),
  errorEnding: () => '',
  shortEnding: () => '',
}

/** Every wire format that can be read. */
export const PROTOCOLS = {
  'openai-completions': openaiCompletions,
  'openai-chat': openaiChat,
  'triton-generate': tritonGenerate,
  'tgi-generate': tgiGenerate,
  'sglang-generate': sglangGenerate,
  'llamacpp-completion': llamacppCompletion,
  'lmdeploy-interactive': lmdeployInteractive,
  'vllm-generate-nul': vllmGenerateNul,
  'http-error-body': httpErrorBody,
} satisfies Readonly<Record<string, Protocol>>

export type ProtocolId = keyof typeof PROTOCOLS
export const PROTOCOL_IDS = Object.keys(PROTOCOLS) as readonly ProtocolId[]
