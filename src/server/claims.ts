import { randomUUID } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { BenchError } from '../base/errors.ts'
import type { Ms } from '../base/units.ts'
import { isAlive, startOf } from './process-tree.ts'

/** What two servers of one host cannot share. */
export type Resource = { readonly kind: 'port'; readonly port: number } | { readonly kind: 'gpu'; readonly gpu: string }

/** Stands for every GPU of the host: what a server gets that is not told which. */
export const ALL_GPUS = 'all'

export interface ClaimOwner {
  /** The process that lives as long as the claim: the server's reaper. */
  readonly pid: number
  /** The bench that started it. */
  readonly benchPid: number
  /** What is started, for people: `vllm 0.4.1`. */
  readonly label: string
  readonly cwd: string
  readonly startedAt: string
}

const Claim = z.object({
  kind: z.enum(['port', 'gpu']),
  name: z.string(),
  pid: z.int(),
  /** Of `startOf(pid)`: a recycled pid is somebody else. */
  pidStart: z.string().nullable(),
  benchPid: z.int(),
  label: z.string(),
  cwd: z.string(),
  startedAt: z.string(),
})
type Claim = z.infer<typeof Claim>

export interface ClaimOptions {
  /** Where the claims of this host are, for all its users. */
  readonly folder: string
  readonly owner: ClaimOwner
  /** How long to wait for a server whose bench is dead already and that is being ended. */
  readonly patienceMs: Ms
}

/**
 * Claims resources for one server and returns the files that say so, which whoever ends the server removes.
 *
 * Throws BenchError `host-busy` where another live server has one of them. A claim whose process is dead is void. Of two
 * that come in the same moment both may lose, but never both win.
 */
export async function claimResources(resources: readonly Resource[], options: ClaimOptions): Promise<string[]> {
  makeSharedFolder(options.folder)
  const files: string[] = []
  try {
    for (const resource of resources) files.push(await claim(resource, options))
    return files
  } catch (error) {
    releaseClaims(files)
    throw error
  }
}

export function releaseClaims(files: readonly string[]): void {
  for (const file of files) rmSync(file, { force: true })
}

/** The GPUs that a server with this environment uses; none where it is told so. */
export function gpusOf(env: Readonly<Record<string, string>>): string[] {
  const visible = env['CUDA_VISIBLE_DEVICES'] ?? env['HIP_VISIBLE_DEVICES'] ?? env['ROCR_VISIBLE_DEVICES']
  if (visible === undefined) return [ALL_GPUS]
  const names = visible.split(',').map((name) => name.trim())
  // CUDA ignores what follows an invalid index, and -1 and an empty value are the common ways to say "none".
  const end = names.findIndex((name) => name === '' || name === '-1' || name === 'NoDevFiles')
  return end === -1 ? names : names.slice(0, end)
}

async function claim(resource: Resource, { folder, owner, patienceMs }: ClaimOptions): Promise<string> {
  const name = resource.kind === 'port' ? String(resource.port) : resource.gpu
  const mine: Claim = { kind: resource.kind, name, pidStart: startOf(owner.pid), ...owner }
  const file = join(folder, `${randomUUID()}.json`)
  for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
    write(file, mine)
    const rival = readClaims(folder).find((other) => other.pid !== mine.pid && collide(other, mine))
    if (rival === undefined) return file
    rmSync(file, { force: true })
    if (isAlive(rival.benchPid) || waitedMs >= patienceMs) throw hostBusy(mine, rival)
    await sleep(RETRY_MS)
  }
}

const RETRY_MS = 200

function collide(a: Claim, b: Claim): boolean {
  return a.kind === b.kind && (a.name === b.name || (a.kind === 'gpu' && (a.name === ALL_GPUS || b.name === ALL_GPUS)))
}

/** Those whose process lives; the others are removed on the way. */
function readClaims(folder: string): Claim[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const claim = readClaim(join(folder, name))
      if (claim === null) return []
      if (isAlive(claim.pid) && startOf(claim.pid) === claim.pidStart) return [claim]
      removeIfAllowed(join(folder, name))
      return []
    })
}

/** Null for a file that has just gone, or is none of ours. */
function readClaim(file: string): Claim | null {
  try {
    return Claim.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? null
  } catch {
    return null
  }
}

/** Another user's void claim may be there to stay; it is void all the same. */
function removeIfAllowed(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {
    return
  }
}

function write(file: string, claim: Claim): void {
  const temporary = `${file}.tmp`
  writeFileSync(temporary, JSON.stringify(claim))
  renameSync(temporary, file)
}

/** Every user may claim, and remove only claims of their own. */
function makeSharedFolder(folder: string): void {
  if (mkdirSync(folder, { recursive: true }) !== undefined) chmodSync(folder, 0o1777)
}

function hostBusy(mine: Claim, rival: Claim): BenchError {
  const what =
    mine.kind === 'port' ? `Port ${mine.name}` : mine.name === ALL_GPUS ? 'A GPU of this host' : `GPU ${mine.name}`
  const instead =
    mine.kind === 'port'
      ? 'leave `port` out of one of them'
      : 'give each its own by CUDA_VISIBLE_DEVICES in `launch.env` (an empty value for a server that uses none)'
  return new BenchError(
    `${what} is in use by ${rival.label}, started by the bench in ${rival.cwd} (process ${rival.benchPid}) at ${rival.startedAt}; ${mine.label} was not started.`,
    {
      code: 'host-busy',
      remedy: `Two servers at a time would measure each other: wait for that bench, end it, or ${instead}.`,
    },
  )
}
