import { randomUUID } from 'node:crypto'
import { BenchError } from '../base/errors.ts'
import { METRICS_PORT, PORT, type LaunchPlan } from '../frameworks/launch.ts'
import type { Ms } from '../base/units.ts'
import { claimResources, gpusOf, releaseClaims, type Resource } from './claims.ts'
import { childEnvironment } from './child-environment.ts'
import { findFreePort, isPortFree } from './ports.ts'
import { createReaper, type ServerProcess } from './server-process.ts'

export interface LaunchHost {
  /** Of the bench. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly pid: number
  readonly claimsFolder: string
  /** ISO time of now. */
  readonly now: () => string
}

export interface LaunchRequest {
  readonly plan: LaunchPlan
  readonly label: string
  readonly logFile: string
  /** What must not stand in the server's log. */
  readonly secrets: readonly string[]
}

export interface LaunchedServer {
  readonly process: ServerProcess
  readonly port: number
  /** Where its metrics are, if not at `port`. */
  readonly metricsPort: number | null
  /** Ends it and everything that it started. Throws BenchError `launch-failed` if something would not end. */
  stop(): Promise<void>
}

/** From the stop signal to SIGKILL. */
const GRACE_MS = 10_000
/** How long a server of a dead bench may take to end, with its SIGKILL. */
const PATIENCE_MS = 2 * GRACE_MS
/** A listening socket goes with its process; the system may need a moment. */
const PORT_WAIT_MS = 5000

/**
 * Starts a server: claims its port and GPUs, and has the reaper run its command.
 *
 * Throws BenchError `host-busy` where another bench has them, `launch-failed` where the command cannot be run.
 */
export async function launchServer(
  { plan, label, logFile, secrets }: LaunchRequest,
  host: LaunchHost,
): Promise<LaunchedServer> {
  refuseWindows(label)
  const port = plan.port ?? (await findFreePort())
  const metricsPort = asksForMetricsPort(plan) ? await findFreePort() : null
  const ports = [port, ...(metricsPort === null ? [] : [metricsPort])]
  const fill = (text: string): string => text.replaceAll(PORT, `${port}`).replaceAll(METRICS_PORT, `${metricsPort}`)
  const own = Object.fromEntries(Object.entries(plan.env).map(([name, value]) => [name, fill(value)]))
  const env = childEnvironment(host.env, own)
  const command = plan.command.map(fill)
  const reaper = await createReaper(env)
  const claims: string[] = []
  try {
    claims.push(
      ...(await claimResources(resourcesOf(ports, env), {
        folder: host.claimsFolder,
        patienceMs: PATIENCE_MS,
        owner: { pid: reaper.pid, benchPid: host.pid, label, cwd: host.cwd, startedAt: host.now() },
      })),
    )
    if (!(await isPortFree(port))) throw portTaken(label, port)
    const process = await reaper.start({
      command,
      env,
      logFile,
      claims,
      cwd: plan.cwd,
      stopSignal: plan.stopSignal,
      secrets,
      mark: randomUUID(),
      graceMs: GRACE_MS,
    })
    return { process, port, metricsPort, stop: () => stop(process, ports, label) }
  } catch (error) {
    releaseClaims(claims)
    await reaper.dismiss()
    throw error instanceof BenchError ? error : cannotStart(label, command[0] ?? '', plan, error as Error)
  }
}

function asksForMetricsPort({ command, env }: LaunchPlan): boolean {
  return [...command, ...Object.values(env)].some((text) => text.includes(METRICS_PORT))
}

function resourcesOf(ports: readonly number[], env: Readonly<Record<string, string>>): Resource[] {
  return [
    ...ports.map((port) => ({ kind: 'port', port }) as const),
    ...gpusOf(env).map((gpu) => ({ kind: 'gpu', gpu }) as const),
  ]
}

async function stop(process: ServerProcess, ports: readonly number[], label: string): Promise<void> {
  const left = await process.stop()
  let inUse = await takenOf(ports)
  for (let waitedMs: Ms = 0; inUse.length > 0 && waitedMs < PORT_WAIT_MS; waitedMs += 100) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    inUse = await takenOf(ports)
  }
  if (left.length === 0 && inUse.length === 0) return
  const what =
    left.length > 0
      ? `process ${left.join(', ')} of it would not end`
      : `port ${inUse.join(', ')} of it is still in use`
  throw new BenchError(`${label} was stopped, but ${what}.`, {
    code: 'launch-failed',
    remedy: 'End it by hand before the next run: it may hold memory that the next server needs.',
  })
}

async function takenOf(ports: readonly number[]): Promise<number[]> {
  const taken: number[] = []
  for (const port of ports) if (!(await isPortFree(port))) taken.push(port)
  return taken
}

function refuseWindows(label: string): void {
  if (process.platform !== 'win32') return
  throw new BenchError(`${label} cannot be launched: on Windows there are no process groups to end a server by.`, {
    code: 'launch-failed',
    remedy: 'Run the bench in WSL, or start the server yourself and give its URL.',
  })
}

function portTaken(label: string, port: number): BenchError {
  return new BenchError(`${label} cannot be launched: something listens on port ${port} already.`, {
    code: 'launch-failed',
    remedy: 'Leave `port` out, so that a free one is found, or stop what listens there.',
  })
}

/** The arguments stay out of it: there may be keys among them. */
function cannotStart(label: string, program: string, { cwd }: LaunchPlan, cause: Error): BenchError {
  return new BenchError(`${label} cannot be launched: ${cause.message}.`, {
    code: 'launch-failed',
    remedy: `Check that ${program} is installed and on the PATH${cwd === null ? '' : `, that ${cwd} is a folder`}, and start the bench in its virtual environment.`,
    cause,
  })
}
