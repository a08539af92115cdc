import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, linkSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { mappedIn, watchSharedMemory } from './shared-memory.ts'

/** Who holds a file is found in /proc. */
const linuxTest = test.skipIf(!existsSync('/proc/self/maps'))

/** A process that opens these files, creating those that are not there, and holds them until it is killed. */
async function holder(...paths: readonly string[]): Promise<ChildProcess> {
  const script = `for (const path of ${JSON.stringify(paths)}) fs.openSync(path, 'a', 0o600); console.log('open'); setInterval(() => {}, 1e9)`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vitest-llm-bench-shm-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

linuxTest('what a killed server created is removed; what is older, of others, or held by others stays', async () => {
  const folder = emptyFolder()
  const at = (name: string): string => join(folder, name)
  writeFileSync(at('older'), '')
  let server: ChildProcess | null = null
  const watch = watchSharedMemory(() => (server?.pid === undefined ? [] : [server.pid]), folder)
  const neighbour = await holder(at('psm_neighbour'), at('psm_shared'))
  const made = ['psm_1', 'any_name', 'sem.first-name', 'psm_later', 'psm_shared', 'older']
  server = await holder(...made.map(at))
  // As glibc makes a semaphore: what is held has another name by now.
  linkSync(at('sem.first-name'), at('sem.mp-1'))
  rmSync(at('sem.first-name'))
  watch.look()
  // Nobody holds it when it is looked at: it may be anybody's.
  writeFileSync(at('psm_nobody'), '')
  watch.look()
  const heir = await holder(at('psm_later'))
  await kill(server)
  await kill(neighbour)
  watch.removeLeftovers()
  expect(readdirSync(folder).toSorted()).toEqual(['older', 'psm_later', 'psm_neighbour', 'psm_nobody', 'psm_shared'])
  await kill(heir)
})

linuxTest('a file of the same name that came later is not removed', async () => {
  const folder = emptyFolder()
  let server: ChildProcess | null = null
  const watch = watchSharedMemory(() => (server?.pid === undefined ? [] : [server.pid]), folder)
  server = await holder(join(folder, 'psm_1'), join(folder, 'psm_2'))
  watch.look()
  await kill(server)
  // Made while the first is there, so that it has an inode of its own.
  writeFileSync(join(folder, 'other'), '')
  renameSync(join(folder, 'other'), join(folder, 'psm_1'))
  watch.removeLeftovers()
  expect(readdirSync(folder)).toEqual(['psm_1'])
})

linuxTest('a new segment is looked at without being asked to', async () => {
  const folder = emptyFolder()
  const asked = vi.fn<() => number[]>(() => [])
  const watch = watchSharedMemory(asked, folder)
  writeFileSync(join(folder, 'psm_1'), '')
  await vi.waitFor(() => expect(asked).toHaveBeenCalled())
  watch.removeLeftovers()
})

// Device 00:1a is major 0, minor 26.
test('a mapped segment is found by device and inode, whatever it was called when it was opened', () => {
  const maps = [
    '7f2c9a000000-7f2c9a200000 rw-s 00000000 00:1a 42                         /dev/shm/psm_1f2e 3d4c',
    '7f2c9a200000-7f2c9a400000 rw-s 00000000 00:1a 43                         /dev/shm/sem.A0kLKF (deleted)',
    '7f2c9b000000-7f2c9b200000 r-xp 00000000 fe:01 4711                       /usr/lib/libc.so.6',
    '7ffd1c000000-7ffd1c021000 rw-p 00000000 00:00 0                          [stack]',
    '7f2c9c000000-7f2c9c200000 rw-p 00000000 00:00 0 ',
    '',
  ].join('\n')
  expect(mappedIn(maps, '/dev/shm')).toEqual(['0:26 42', '0:26 43'])
})

test('where there is no such folder nothing is watched', () => {
  const watch = watchSharedMemory(() => [process.pid], join(emptyFolder(), 'missing'))
  expect(() => {
    watch.look()
    watch.removeLeftovers()
  }).not.toThrow()
})
