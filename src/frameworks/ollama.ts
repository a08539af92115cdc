import { serverTargets } from './define-target.ts'
import { defineFramework, versionAt } from './framework.ts'
import { LOCALHOST, PORT } from './launch.ts'
import { chat, completions, plainFields } from './openai-recipes.ts'

export const OLLAMA = defineFramework({
  id: 'ollama',
  factory: 'ollama',
  urlVariable: 'OLLAMA_URL',
  port: 11_434,
  endpoints: { chat: chat(plainFields, false), completions: completions(plainFields, false) },
  // It offers whatever was pulled; the first request loads its model.
  launch: ({ model }) => ({
    servedModel: model,
    command: ['ollama', 'serve'],
    env: { OLLAMA_HOST: `${LOCALHOST}:${PORT}` },
    stopSignal: 'SIGTERM',
    healthPath: '/',
  }),
  versionPages: [versionAt('/api/version')],
  metricsPages: [],
})

/** Ollama, by chat unless told otherwise. Needs a URL or a launch. Cannot fix lengths. */
export const ollama = serverTargets(OLLAMA)
