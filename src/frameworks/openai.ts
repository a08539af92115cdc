import { serverTargets } from './define-target.ts'
import { defineFramework, versionAt } from './framework.ts'
import { chat, completions, plainFields } from './openai-recipes.ts'

export const OPENAI = defineFramework({
  id: 'openai',
  factory: 'openai',
  urlVariable: 'OPENAI_URL',
  endpoints: { chat: chat(plainFields, false), completions: completions(plainFields, false) },
  versionPages: [versionAt('/version')],
})

/** Any OpenAI-compatible server, by chat unless told otherwise. Needs a URL or a launch. Cannot fix lengths. */
export const openai = serverTargets(OPENAI)
