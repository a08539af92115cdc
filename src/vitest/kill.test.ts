import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, test, vi } from 'vitest'
import { ENDING_EXIT_CODES, type EndingSignal } from '../base/ending-signals.ts'
import { isPortFree } from '../server/ports.ts'
import { benchProject, ENTRY, type BenchProject } from './run-bench.testkit.ts'

const FAKE_SERVER = fileURLToPath(new URL('../server/fake-server.testkit.ts', import.meta.url))
const MARK = 'KILL_TEST_MARK'
/** Far above what a busy machine needs: nothing here is timed. */
const PATIENCE = { timeout: 90_000, interval: 50 }

const MEASURED = `test('measured', async ({ load }) => { await load({ ...few, target }) })`
const LONG = `test('long', async ({ load }) => { await load({ ...few, target, requestRate: 20, numPrompts: 2000 }) })`
const IDLE = `test('idle', ({ signal }) => new Promise((resolve) => {
  signal.addEventListener('abort', resolve)
  writeFileSync('idle', '')
}))`

interface Stage {
  /** Of the fake server. */
  readonly serverArgs: readonly string[]
  readonly tests: readonly string[]
  /** Told by the server's log or by a file of the test, however long it takes. */
  isReached(project: BenchProject): boolean
}

/** Where a bench with a launched server can be when the signal comes. */
const STAGES = {
  loading: {
    serverArgs: ['--ready-after-ms', '100000000'],
    tests: [LONG],
    isReached: (project) => logOf(project).includes('INFO loading weights'),
  },
  idle: { serverArgs: [], tests: [MEASURED, IDLE, LONG], isReached: (project) => project.has('idle') },
  'mid-load': {
    serverArgs: ['--log-requests', '--answer-ms', '100'],
    tests: [MEASURED, LONG],
    isReached: (project) => logOf(project).includes('INFO request 20'),
  },
  'tear-down': {
    serverArgs: ['--stay-until', 'may-leave'],
    tests: [MEASURED],
    isReached: (project) => logOf(project).includes('SIGTERM: leaving'),
  },
} satisfies Readonly<Record<string, Stage>>

type Receiver = 'main process' | 'worker' | 'process group'

/**
 * SIGINT, SIGTERM and SIGHUP take the same path apart from the exit code, which the middle of a load shows, and a worker passes
 * them on as one. SIGKILL is noticed by the end of a channel, at whatever stage. So the stages share the rest out: at each
 * stage each receiver gets one of the first three and one gets SIGKILL, and each receiver gets each of the four somewhere.
 */
const MATRIX = {
  loading: { 'main process': ['SIGINT', 'SIGKILL'], worker: ['SIGTERM'], 'process group': ['SIGHUP'] },
  idle: { 'main process': ['SIGTERM'], worker: ['SIGHUP', 'SIGKILL'], 'process group': ['SIGINT'] },
  'mid-load': {
    'main process': ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'],
    worker: ['SIGTERM', 'SIGKILL'],
    'process group': ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'],
  },
  'tear-down': { 'main process': ['SIGHUP'], worker: ['SIGINT'], 'process group': ['SIGTERM', 'SIGKILL'] },
} satisfies Readonly<Record<keyof typeof STAGES, Readonly<Record<Receiver, readonly (EndingSignal | 'SIGKILL')[]>>>>

const CASES = (['loading', 'idle', 'mid-load', 'tear-down'] as const).flatMap((stage) =>
  (['main process', 'worker', 'process group'] as const).flatMap((receiver) =>
    MATRIX[stage][receiver].map((signal) => ({ stage, signal, receiver })),
  ),
)

describe.skipIf(!existsSync('/proc/self/environ'))('killed (the processes are found in /proc)', () => {
  test.concurrent.for(CASES)(
    '$stage, $signal to the $receiver: no process is left, the port is free, and what was measured is written',
    { timeout: 300_000 },
    async ({ stage, signal, receiver }, { expect, onTestFinished }) => {
      const { serverArgs, tests, isReached } = STAGES[stage]
      const project = benchProject({ 'bench/kill.bench.ts': benchFile(serverArgs, tests) }, onTestFinished)
      const mark = `${MARK}=${randomUUID()}`
      onTestFinished(() => marked(mark).forEach(kill))
      const env = { [MARK]: mark.slice(MARK.length + 1), TMPDIR: project.folder, CUDA_VISIBLE_DEVICES: '' }
      const bench = project.start([], env, { detached: true })
      const closed = once(bench, 'close')
      const output = [bench.stdout!, bench.stderr!].map((stream) => text(stream).catch(String))

      await vi.waitUntil(() => bench.exitCode !== null || isReached(project), PATIENCE)
      expect(bench.exitCode, bench.exitCode === null ? '' : (await Promise.all(output)).join('')).toBeNull()
      const main = bench.pid as number
      const pids = { 'main process': main, worker: Number(project.read('worker.pid')), 'process group': -main }
      process.kill(pids[receiver], signal)
      if (signal === 'SIGHUP') {
        // Of a terminal that closes, the shell sends one and the kernel another, and nobody reads what is printed.
        process.kill(pids[receiver], signal)
        for (const stream of [bench.stdout!, bench.stderr!]) stream.destroy()
      }
      project.write({ 'may-leave': '' })
      const [exitCode] = (await closed) as [number | null]

      await vi.waitUntil(() => marked(mark).length === 0, PATIENCE)
      const port = Number(/--port (\d+)/.exec(logOf(project))?.[1])
      expect(await isPortFree(port)).toBe(true)
      expect(readdirSync(join(project.folder, 'vitest-llm-bench-claims'))).toEqual([])

      const isWorkerDead = signal === 'SIGKILL' && receiver === 'worker'
      const isMainDead = signal === 'SIGKILL' && receiver !== 'worker'
      expect(project.has('bench-results/report.json')).toBe(!isMainDead)
      if (isMainDead) return
      // What only the worker got ends the run like Ctrl-C.
      const ended = signal === 'SIGKILL' ? 1 : ENDING_EXIT_CODES[receiver === 'worker' ? 'SIGINT' : signal]
      expect(exitCode).toBe(ended)
      const { cases, failedCases } = project.report()
      const died = expect.objectContaining({
        message: expect.stringContaining('exited unexpectedly with signal SIGKILL'),
      })
      const lost = (name: string): unknown =>
        expect.objectContaining({ case: name, message: expect.stringContaining('Its worker died') })
      expect(failedCases).toEqual(
        isWorkerDead
          ? [...(stage === 'idle' ? [lost('idle')] : []), lost('long'), died]
          : [expect.objectContaining({ case: 'rest of the run' })],
      )
      const whole = cases.find((one) => one.case === 'measured')
      expect(whole?.metrics.completed).toBe(stage === 'loading' ? undefined : 4)
      const cut = cases.find((one) => one.case === 'long')
      expect(cut !== undefined).toBe(stage === 'mid-load' && !isWorkerDead)
      if (cut === undefined) return
      expect(cut.metrics.completed).toBeGreaterThan(0)
      expect(cut.verdicts).toContainEqual(expect.objectContaining({ reason: 'complete-run', verdict: 'invalid' }))
    },
  )
})

function benchFile(serverArgs: readonly string[], tests: readonly string[]): string {
  return `
import { writeFileSync } from 'node:fs'
import { fixedLengths, test, vllm } from ${ENTRY}
writeFileSync('worker.pid', String(process.pid))
const command = [process.execPath, ${JSON.stringify(FAKE_SERVER)}, '--port', '{port}', '--children', ...${JSON.stringify(serverArgs)}]
const target = vllm({ launch: { command, healthPath: '/health' } })
const few = { requestRate: 50, numPrompts: 4, maxConcurrency: 4, warmup: false, dataset: fixedLengths({ promptTokens: 20, outputTokens: 5 }) }
${tests.join('\n')}
`
}

function logOf(project: BenchProject): string {
  const file = 'bench-results/logs/vllm.log'
  return project.has(file) ? project.read(file) : ''
}

/** Every living process whose environment bears the mark, whoever its parent is now. */
function marked(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => environmentOf(pid).includes(mark))
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    return
  }
}

/** Empty for a zombie, and for a process that has just gone or is another user's. */
function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
  } catch {
    return []
  }
}
