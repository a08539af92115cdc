import type { StopSignal } from './launch.ts'
import type { ServerName } from './recipes.ts'
import { isOlder } from './version.ts'

interface LaunchRecipe {
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly stopSignal: StopSignal
  /** Null where there is none, or not in every version. */
  readonly healthPath: string | null
  /** For a server that offers more models than the one it is started for. */
  readonly servedModel?: string
}

type BuildLaunch = (input: { readonly model: string; readonly version: string | null }) => LaunchRecipe

/**
 * Each framework's own command, as its documentation has it, listening on this host only. The Python servers leave in
 * peace on Ctrl-C, which is the way out that their authors use; the others on SIGTERM.
 */
export const LAUNCH_RECIPES: { readonly [S in ServerName]: BuildLaunch | null } = {
  // `vllm serve` came with 0.5.3; the module does the same, and still exists.
  vllm: ({ model, version }) => ({
    command: [
      ...(isOlder(version, 0, 6) === true
        ? ['python3', '-m', 'vllm.entrypoints.openai.api_server', '--model', model]
        : ['vllm', 'serve', model]),
      ...HOST_AND_PORT,
    ],
    stopSignal: 'SIGINT',
    healthPath: '/health',
  }),
  // /health is younger than 0.4.0.
  lmdeploy: ({ model }) => ({
    command: ['lmdeploy', 'serve', 'api_server', model, '--server-name', LOCALHOST, '--server-port', '{port}'],
    stopSignal: 'SIGINT',
    healthPath: null,
  }),
  // What launch_triton_server.py starts for one GPU. The script itself returns at once and leaves its server behind.
  triton: ({ model }) => ({
    command: [
      'mpirun',
      '--allow-run-as-root',
      '-n',
      '1',
      'tritonserver',
      `--model-repository=${model}`,
      '--disable-auto-complete-config',
      '--backend-config=python,shm-region-prefix-name=prefix0_',
      `--http-address=${LOCALHOST}`,
      '--http-port={port}',
      '--allow-grpc=false',
      '--metrics-port={metricsPort}',
    ],
    stopSignal: 'SIGTERM',
    healthPath: '/v2/health/ready',
  }),
  'trtllm-serve': ({ model }) => ({
    command: ['trtllm-serve', model, ...HOST_AND_PORT],
    stopSignal: 'SIGINT',
    healthPath: '/health',
  }),
  // Without --enable-debug later versions refuse `ignore_eos`; dev1166 does not know the flag.
  'mlc-llm': ({ model, version }) => ({
    command: [
      'mlc_llm',
      'serve',
      model,
      '--mode',
      'server',
      ...HOST_AND_PORT,
      ...(version?.includes('dev1166') === true ? [] : ['--enable-debug']),
    ],
    stopSignal: 'SIGINT',
    healthPath: null,
  }),
  sglang: ({ model }) => ({
    command: ['python3', '-m', 'sglang.launch_server', '--model-path', model, ...HOST_AND_PORT, '--enable-metrics'],
    stopSignal: 'SIGINT',
    healthPath: '/health',
  }),
  'llama.cpp': ({ model }) => ({
    command: ['llama-server', '-m', model, ...HOST_AND_PORT, '--metrics'],
    stopSignal: 'SIGTERM',
    healthPath: '/health',
  }),
  tgi: ({ model }) => ({
    command: ['text-generation-launcher', '--model-id', model, '--hostname', LOCALHOST, '--port', '{port}'],
    stopSignal: 'SIGTERM',
    healthPath: '/health',
  }),
  // Offers whatever was pulled; the first request loads its model.
  ollama: ({ model }) => ({
    servedModel: model,
    command: ['ollama', 'serve'],
    env: { OLLAMA_HOST: `${LOCALHOST}:{port}` },
    stopSignal: 'SIGTERM',
    healthPath: '/',
  }),
  openai: null,
}

const LOCALHOST = '127.0.0.1'
const HOST_AND_PORT = ['--host', LOCALHOST, '--port', '{port}'] as const
