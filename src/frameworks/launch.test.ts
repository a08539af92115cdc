import { expect, test } from 'vitest'
import { planLaunch, type LaunchOptions, type LaunchPlan } from './launch.ts'
import FRAMEWORKS, { llamaCpp, ollama, tensorrtLlm, vllm } from './index.ts'

function plan(server: string, options: LaunchOptions, version: string | null = null): LaunchPlan {
  const own = FRAMEWORKS.find((framework) => framework.server === server)!.launch
  return planLaunch({ server, own, version, url: null }, options)
}

test.for<[string, string | null, string]>([
  ['vllm', null, 'vllm serve m --host 127.0.0.1 --port {port}'],
  ['vllm', '0.4.1', 'python3 -m vllm.entrypoints.openai.api_server --model m --host 127.0.0.1 --port {port}'],
  ['vllm', '0.10.2', 'vllm serve m --host 127.0.0.1 --port {port}'],
  ['lmdeploy', '0.4.0', 'lmdeploy serve api_server m --server-name 127.0.0.1 --server-port {port}'],
  [
    'triton',
    null,
    'mpirun --allow-run-as-root -n 1 tritonserver --model-repository=m --disable-auto-complete-config --backend-config=python,shm-region-prefix-name=prefix0_ --http-address=127.0.0.1 --http-port={port} --allow-grpc=false --metrics-port={metricsPort}',
  ],
  ['trtllm-serve', null, 'trtllm-serve m --host 127.0.0.1 --port {port}'],
  ['mlc-llm', '0.1.dev1166', 'mlc_llm serve m --mode server --host 127.0.0.1 --port {port}'],
  ['mlc-llm', null, 'mlc_llm serve m --mode server --host 127.0.0.1 --port {port} --enable-debug'],
  ['sglang', null, 'python3 -m sglang.launch_server --model-path m --host 127.0.0.1 --port {port} --enable-metrics'],
  ['llama.cpp', null, 'llama-server -m m --host 127.0.0.1 --port {port} --metrics'],
  ['tgi', null, 'text-generation-launcher --model-id m --hostname 127.0.0.1 --port {port}'],
  ['ollama', null, 'ollama serve'],
])('%s %s is started by its own command', ([server, version, command]) => {
  expect(plan(server, { model: 'm' }, version).command.join(' ')).toBe(command)
  expect(plan(server, { model: 'm', args: ['--x', '1 2'] }, version).command.slice(-2)).toEqual(['--x', '1 2'])
})

test('every own command says on which port, and listens on this host only', () => {
  for (const { server, launch } of FRAMEWORKS) {
    if (launch === null) continue
    const { command, env } = plan(server, { model: 'm' })
    const text = [...command, ...Object.values(env)].join(' ')
    expect(text).toContain('{port}')
    expect(text).toContain('127.0.0.1')
  }
})

test('Ollama is told its address by a variable, and asked for the model that it was started for', () => {
  expect(plan('ollama', { model: 'llama3:8b' })).toMatchObject({
    env: { OLLAMA_HOST: '127.0.0.1:{port}' },
    servedModel: 'llama3:8b',
  })
  expect(ollama({ launch: { model: 'llama3:8b' } }).model).toBe('llama3:8b')
})

test('a whole command is taken as it is, and what is given goes before the defaults', () => {
  const command = ['docker', 'run', '-p', '{port}:8000', 'vllm/vllm-openai']
  expect(plan('vllm', { command })).toMatchObject({ command, port: null, healthPath: null, stopSignal: 'SIGTERM' })
  expect(
    plan('vllm', { model: 'm', port: 8123, stopSignal: 'SIGTERM', readyTimeoutMs: 5, cwd: '/tmp', env: { A: '1' } }),
  ).toMatchObject({ port: 8123, stopSignal: 'SIGTERM', readyTimeoutMs: 5, cwd: '/tmp', env: { A: '1' } })
})

test.for<[string, object, RegExp]>([
  ['a command without its port', { command: ['./serve.sh'] }, /does not say on which port.*\{port\}/],
  ['an empty command', { command: [] }, /option command of the launch of vllm is /],
  ['a shell line', { command: 'vllm serve m --port {port}' }, /option command of the launch of vllm is /],
  ['a misspelt option', { model: 'm', arg: ['--x'] }, /launch of vllm has no option "arg"\. Did you mean "args"/],
  ['neither model nor command', {}, /option model of the launch of vllm is undefined/],
  [
    'a port that is none',
    { model: 'm', port: 70_000 },
    /option port of the launch of vllm is a number\. It must be: a port/,
  ],
])('%s is refused', ([, options, message]) => {
  expect(() => plan('vllm', options as LaunchOptions)).toThrow(message)
})

test('a server that nobody knows needs a whole command', () => {
  expect(() => plan('openai', { model: 'm' })).toThrow(/whole one: launch: \{ command/)
})

test('every target takes a launch, and none takes a url beside it', () => {
  expect(vllm({ launch: { model: 'm' } }).endpoint).toMatchObject({ kind: 'launch' })
  expect(llamaCpp({ launch: { model: 'm.gguf' } }).endpoint).toMatchObject({ kind: 'launch' })
  const serve = tensorrtLlm({ server: 'trtllm-serve', launch: { model: 'm' } }).endpoint
  expect(serve.kind === 'launch' && serve.launch.command[0]).toBe('trtllm-serve')
  const triton = tensorrtLlm({ launch: { model: '/repository' } }).endpoint
  expect(triton.kind === 'launch' && triton.launch.command[0]).toBe('mpirun')
  expect(() => vllm({ url: 'http://127.0.0.1:8000', launch: { model: 'm' } })).toThrow(/both a url and a launch/)
})
