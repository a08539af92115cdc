import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { claimResources, gpusOf, releaseClaims, type ClaimOptions, type Resource } from './claims.ts'

function claimFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vitest-llm-bench-claims-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A process that does nothing until it is killed. */
async function idleProcess(): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'spawn')
  return child as ChildProcess & { readonly pid: number }
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

function options(folder: string, pid: number, benchPid: number, label = 'vllm 0.4.1'): ClaimOptions {
  return {
    folder,
    patienceMs: 60_000,
    owner: { pid, benchPid, label, cwd: '/home/ada/bench', startedAt: '2026-05-01T12:00:00.000Z' },
  }
}

const port = (number: number): Resource => ({ kind: 'port', port: number })
const gpu = (name: string): Resource => ({ kind: 'gpu', gpu: name })

test('a second server is refused the same port or GPU, and told who has it, since when, and what to do', async () => {
  const [folder, first, second] = [claimFolder(), await idleProcess(), await idleProcess()]
  await claimResources([port(8000), gpu('0')], options(folder, first.pid, first.pid))
  const mine = options(folder, second.pid, second.pid, 'sglang')
  await expect(claimResources([port(8000)], mine)).rejects.toThrow(
    new RegExp(
      `Port 8000 is in use by vllm 0\\.4\\.1, started by the bench in /home/ada/bench \\(process ${first.pid}\\) at 2026-05-01T12:00:00\\.000Z; sglang was not started\\. .*wait for that bench`,
    ),
  )
  await expect(claimResources([gpu('0')], mine)).rejects.toThrow(/GPU 0 .*CUDA_VISIBLE_DEVICES/)
  await expect(claimResources([gpu('all')], mine)).rejects.toThrow(/A GPU of this host/)
  await expect(claimResources([gpu('1'), port(8001)], mine)).resolves.toHaveLength(2)
})

test('a claim that fails leaves none of the others behind', async () => {
  const [folder, first, second] = [claimFolder(), await idleProcess(), await idleProcess()]
  await claimResources([gpu('0')], options(folder, first.pid, first.pid))
  await expect(claimResources([port(1), gpu('0')], options(folder, second.pid, second.pid))).rejects.toThrow()
  expect(readdirSync(folder)).toHaveLength(1)
})

test('the claims of a dead process, and of a recycled pid, are void', async () => {
  const [folder, dead, alive] = [claimFolder(), await idleProcess(), await idleProcess()]
  await claimResources([port(8000)], options(folder, dead.pid, dead.pid))
  await kill(dead)
  await claimResources([port(8000)], options(folder, alive.pid, alive.pid))
  expect(readdirSync(folder)).toHaveLength(1)

  const [file = ''] = readdirSync(folder)
  const claim = JSON.parse(readFileSync(join(folder, file), 'utf8')) as object
  writeFileSync(join(folder, file), JSON.stringify({ ...claim, pidStart: '1' }))
  const other = await idleProcess()
  await expect(claimResources([port(8000)], options(folder, other.pid, other.pid))).resolves.toHaveLength(1)
})

test('a server whose bench is dead is being ended: its resources are waited for', async () => {
  const [folder, bench, reaper, next] = [claimFolder(), await idleProcess(), await idleProcess(), await idleProcess()]
  await claimResources([gpu('all')], options(folder, reaper.pid, bench.pid))
  await kill(bench)
  const claimed = claimResources([gpu('all')], options(folder, next.pid, next.pid))
  await kill(reaper)
  await expect(claimed).resolves.toHaveLength(1)
})

test('released claims are free', async () => {
  const [folder, first, second] = [claimFolder(), await idleProcess(), await idleProcess()]
  releaseClaims(await claimResources([port(8000)], options(folder, first.pid, first.pid)))
  await expect(claimResources([port(8000)], options(folder, second.pid, second.pid))).resolves.toHaveLength(1)
})

test.for<[Record<string, string>, string[]]>([
  [{}, ['all']],
  [{ CUDA_VISIBLE_DEVICES: '0, 2' }, ['0', '2']],
  [{ CUDA_VISIBLE_DEVICES: '' }, []],
  [{ CUDA_VISIBLE_DEVICES: '-1' }, []],
  [{ CUDA_VISIBLE_DEVICES: '1,-1,0' }, ['1']],
  [{ HIP_VISIBLE_DEVICES: '3' }, ['3']],
])('with %o a server uses the GPUs %o', ([env, gpus]) => {
  expect(gpusOf(env)).toEqual(gpus)
})
