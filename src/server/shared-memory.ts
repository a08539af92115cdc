import { readdirSync, readFileSync, readlinkSync, rmSync, statSync, watch, type FSWatcher } from 'node:fs'
import { join } from 'node:path'
import type { Ms } from '../base/units.ts'

/** Where Linux keeps POSIX shared memory: a file for each segment, which stays until somebody removes it. */
const SHARED_MEMORY = '/dev/shm'

/** From the first sign of a new segment to the look at who holds it. */
const SETTLE_MS: Ms = 200

/** The shared memory of one launched server. */
export interface SharedMemoryWatch {
  /** Finds out which of the segments that have come up since the last look are the server's. */
  look(): void
  /** Removes the server's segments that no living process holds any more, and ends the watch. */
  removeLeftovers(): void
}

/**
 * Watches for the shared memory of a server that is about to be started, because one that is killed removes none of it.
 *
 * A segment is the server's when it came up after the start of the watch and its living holders, those that have it mapped
 * or open, were all processes of the server (`members`). Names count for nothing. A segment that nobody held, or that a
 * process of somebody else held as well, is left alone for good. Where there is no `/proc` nothing is watched.
 */
export function watchSharedMemory(members: () => readonly number[], folder: string = SHARED_MEMORY): SharedMemoryWatch {
  const seen = new Set(segmentsIn(folder).map(({ key }) => key))
  const own: Segment[] = []
  let timer: NodeJS.Timeout | null = null

  const look = (): void => {
    const fresh = segmentsIn(folder).filter(({ key }) => !seen.has(key))
    if (fresh.length === 0) return
    for (const { key } of fresh) seen.add(key)
    const ours = new Set(members())
    const heldByOurs = heldBy([...ours], folder)
    // Most segments of a busy host are of others: only for those of ours it is worth looking at every process.
    const candidates = fresh.filter(({ inode }) => heldByOurs.inodes.has(inode))
    if (candidates.length === 0) return
    const others = heldBy(
      livingProcesses().filter((pid) => !ours.has(pid)),
      folder,
    )
    own.push(...candidates.filter((segment) => !mayBeHeld(segment, others)))
  }

  const watcher = watchFolder(folder, () => {
    timer ??= setTimeout(() => {
      timer = null
      look()
    }, SETTLE_MS)
  })

  return {
    look,
    removeLeftovers() {
      watcher?.close()
      if (timer !== null) clearTimeout(timer)
      if (own.length === 0) return
      const held = heldBy(livingProcesses(), folder)
      const there = new Set(segmentsIn(folder).map(({ key }) => key))
      const leftovers = own.filter((segment) => there.has(segment.key) && !mayBeHeld(segment, held))
      for (const { name } of leftovers) rmSync(join(folder, name), { force: true })
    },
  }
}

interface Segment {
  readonly name: string
  /** The device and the number of its inode: `0:26 42`. */
  readonly inode: string
  /** Inode and name: a file of the same name that came later is another one. */
  readonly key: string
  /** Users other than its owner may open it. */
  readonly isShared: boolean
}

/** What processes hold. `isPartial`: some belong to other users and cannot be looked into. */
interface Holdings {
  readonly inodes: ReadonlySet<string>
  readonly isPartial: boolean
}

/** A process that cannot be looked into belongs to another user, who can hold what others may open. */
function mayBeHeld({ inode, isShared }: Segment, { inodes, isPartial }: Holdings): boolean {
  return inodes.has(inode) || (isShared && isPartial)
}

function segmentsIn(folder: string): Segment[] {
  return namesIn(folder).flatMap((name) => {
    const stat = orNull(() => statSync(join(folder, name)))
    if (stat === null || !stat.isFile()) return []
    const inode = inodeOf(stat)
    return { name, inode, key: `${inode} ${name}`, isShared: (stat.mode & 0o077) !== 0 }
  })
}

function heldBy(pids: readonly number[], folder: string): Holdings {
  const inodes = new Set<string>()
  let isPartial = false
  for (const pid of pids) {
    try {
      for (const inode of opened(pid, folder)) inodes.add(inode)
      for (const inode of mappedIn(readFileSync(`/proc/${pid}/maps`, 'utf8'), folder)) inodes.add(inode)
    } catch (error) {
      // One that has gone meanwhile holds nothing.
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EACCES' || code === 'EPERM') isPartial = true
    }
  }
  return { inodes, isPartial }
}

/** The inodes of the files of a folder that a process has open, by its file descriptors. */
function opened(pid: number, folder: string): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    const link = `/proc/${pid}/fd/${fd}`
    const path = orNull(() => readlinkSync(link))
    if (path === null || !path.startsWith(`${folder}/`)) return []
    const stat = orNull(() => statSync(link))
    return stat === null ? [] : inodeOf(stat)
  })
}

/**
 * The inodes of the files of a folder in the text of `/proc/<pid>/maps`, in which each line ends with device, inode and path:
 *
 *     7f2c9a000000-7f2c9a200000 rw-s 00000000 00:1a 42      /dev/shm/psm_1f2e3d4c
 *     7f2c9a200000-7f2c9a201000 rw-s 00000000 00:1a 43      /dev/shm/sem.A0kLKF (deleted)
 *
 * The path is the name under which a file was opened, and need not be the one that it has now: glibc makes a semaphore under
 * a name of its own, gives it its true name and removes the first.
 */
export function mappedIn(maps: string, folder: string): string[] {
  return maps.split('\n').flatMap((line) => {
    const [, major = '', minor = '', inode = '', path = ''] =
      /^\S+ \S+ \S+ ([\da-f]+):([\da-f]+) (\d+) +(\/.*)$/.exec(line) ?? []
    if (!path.startsWith(`${folder}/`)) return []
    return `${parseInt(major, 16)}:${parseInt(minor, 16)} ${inode}`
  })
}

/** The device as the kernel writes it into `maps`: Linux packs a minor number of 20 bits around a major one of 12. */
function inodeOf({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  const [major, minor] = [(dev >>> 8) & 0xfff, (dev & 0xff) | ((dev >>> 12) & 0xfff00)]
  return `${major}:${minor} ${ino}`
}

function livingProcesses(): number[] {
  return namesIn('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

function namesIn(folder: string): string[] {
  return orNull(() => readdirSync(folder)) ?? []
}

/** Null where the folder cannot be watched; looks are then left to whoever stops the server. */
function watchFolder(folder: string, onChange: () => void): FSWatcher | null {
  if (process.platform !== 'linux') return null
  const watcher = orNull(() => watch(folder, onChange))
  watcher?.on('error', () => {})
  return watcher
}

function orNull<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
