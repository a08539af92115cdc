import { readdirSync, readFileSync } from 'node:fs'

/** The mark of everything that one launched server has started: a variable in its environment, with an id of its own. */
export const MARK_VARIABLE = 'VITEST_LLM_BENCH_SERVER'

/** A server and whatever it has started, found again even where a process has left the group of its parent. */
export interface ProcessTree {
  /** The server itself: leader of a process group and session of its own. */
  readonly leader: number
  readonly mark: string
}

/**
 * The living processes of a tree. On Linux those of the server's group and session, and those that bear its mark, which
 * daemons and `mpirun`'s children in groups of their own do; zombies that nobody collects do not count. Elsewhere the
 * group cannot be listed: its leader stands for it as long as any of it is alive.
 */
export function livingMembers(tree: ProcessTree): number[] {
  const members = listMembers(tree)
  if (members !== null) return members.map(({ pid }) => pid)
  return isAlive(-tree.leader) ? [tree.leader] : []
}

/** Sends a signal once to each process of the server's group and to those that have left it. */
export function signalTree(tree: ProcessTree, signal: NodeJS.Signals): void {
  const strays = (listMembers(tree) ?? []).filter(({ group }) => group !== tree.leader)
  send(-tree.leader, signal)
  for (const { pid } of strays) send(pid, signal)
}

/** Null where there is no `/proc`. */
function listMembers({ leader, mark }: ProcessTree): ListedProcess[] | null {
  const processes = listProcesses()
  if (processes === null) return null
  return processes.filter(
    ({ pid, group, session, isZombie }) =>
      !isZombie && (group === leader || session === leader || bearsMark(pid, mark)),
  )
}

interface ListedProcess {
  readonly pid: number
  readonly group: number
  readonly session: number
  readonly isZombie: boolean
}

/** Null where there is no `/proc`. */
function listProcesses(): ListedProcess[] | null {
  let names: string[]
  try {
    names = readdirSync('/proc')
  } catch {
    return null
  }
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number)
  return pids.length === 0 ? null : pids.map(statOf).filter((each) => each !== null)
}

function statOf(pid: number): ListedProcess | null {
  const fields = procStat(pid)
  if (fields === null) return null
  const [state = '', , group, session] = fields
  return { pid, group: Number(group), session: Number(session), isZombie: state === 'Z' || state === 'X' }
}

/** When a process was started, in a unit of the system's own; null where nobody can tell. Tells a reused pid apart. */
export function startOf(pid: number): string | null {
  return procStat(pid)?.[19] ?? null
}

/** The fields of `/proc/<pid>/stat` from the state on; the name before them may hold blanks and parentheses. */
function procStat(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}

function bearsMark(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`${MARK_VARIABLE}=${mark}`)
  } catch {
    // Of another user, or gone.
    return false
  }
}

/** Whether a process (or, negative, a process group) is there, of whatever user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Who is gone already is no error. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}
