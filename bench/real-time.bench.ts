import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, fixedLengths, test, vllm, type LoadOptions } from '../src/index.ts'

// The same case twice: over HTTP in real time, and in virtual time. The simulated engine must not care. Real HTTP adds
// 1 to 2 ms to every TTFT; prompts of 500 tokens keep that within 3 %. It takes half a minute of real time, and wants a
// machine that does nothing else.

const WANTED = process.env['LLM_BENCH_REAL_TIME'] === '1'
if (!WANTED)
  console.log('real-time.bench.ts is skipped: it takes half a minute of real time. Set LLM_BENCH_REAL_TIME=1.')

const load: LoadOptions = {
  requestRate: 2,
  numPrompts: 60,
  dataset: fixedLengths({ promptTokens: 500, outputTokens: 100 }),
  // Both sides whole: virtual time has nothing to warm up.
  warmup: false,
}

/** A simulated vLLM in a process of its own, so that it does not share its event loop with the client. */
async function startServer(): Promise<{ url: string; stop: () => void }> {
  const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
  const server = spawn(process.execPath, [main, 'simulate', 'vllm', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(server.stdout, 'data')) as [Buffer]
  const [url = ''] = line.toString().split(' ')
  return { url, stop: () => void server.kill() }
}

test.runIf(WANTED)(
  'HTTP in real time shows what virtual time shows, at 2 requests/s',
  { timeout: 300_000 },
  async ({ load: run }) => {
    const virtual = await run({ ...load, target: vllm.simulated(), name: 'virtual time' })
    const { url, stop } = await startServer()
    const real = await run({ ...load, target: vllm({ url }), name: 'real time' }).finally(stop)
    const ratios = {
      ttft: real.ttft!.p50 / virtual.ttft!.p50,
      tpot: real.tpot!.p50 / virtual.tpot!.p50,
      throughput: real.requestThroughput / virtual.requestThroughput,
    }
    const percent = (ratio: number): string => `${(100 * (ratio - 1)).toFixed(2)} %`
    console.log(
      `real against virtual time: TTFT P50 ${percent(ratios.ttft)}, TPOT P50 ${percent(ratios.tpot)}, throughput ${percent(ratios.throughput)}`,
    )
    expect(real.failed).toBe(0)
    expect(Math.abs(ratios.ttft - 1)).toBeLessThan(0.03)
    expect(Math.abs(ratios.tpot - 1)).toBeLessThan(0.03)
    expect(Math.abs(ratios.throughput - 1)).toBeLessThan(0.01)
  },
)
