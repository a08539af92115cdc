import type { EngineProfile } from '../profile.ts'
import type { Dialect } from './dialect.ts'
import { lmdeployDialect } from './lmdeploy.ts'
import { mlcDialect } from './mlc-llm.ts'
import { tritonDialect } from './triton.ts'
import { vllmDialect } from './vllm.ts'

/** What the server of each framework speaks. */
export const DIALECTS: Readonly<Record<EngineProfile['framework'], Dialect>> = {
  vllm: vllmDialect,
  lmdeploy: lmdeployDialect,
  'tensorrt-llm': tritonDialect,
  'mlc-llm': mlcDialect,
}
