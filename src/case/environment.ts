import { cpus, hostname } from 'node:os'
import { BenchError } from '../base/errors.ts'
import { atUrl, withCommonKey } from '../frameworks/at-url.ts'
import { isAtUrl, targetLabel, type Target, type UrlTarget } from '../frameworks/target.ts'
import { packageInfo } from '../base/package-info.ts'
import type { Environment } from '../report.ts'
import { parseSlo } from '../slo/parse-slo.ts'
import type { Inconclusive, Slo } from '../slo/slo.ts'
import { jsonl } from '../workload/jsonl.ts'
import { sharegpt } from '../workload/sharegpt.ts'
import type { LoadOptions } from './load-options.ts'
import { readVariable } from './variables.ts'

/** The variables that people set around a bench run: see the README. */
type Env = Readonly<Record<string, string | undefined>>

/**
 * `VLLM_URL` and its like send a framework's cases to a running server, with `LLM_BENCH_MODEL`. A target that was given its
 * URL or its launch in code keeps it. `LLM_BENCH_API_KEY` is for every URL without credentials of its own.
 */
export function targetFromEnvironment(target: Target, env: Env): Target {
  if (isAtUrl(target)) return withKey(target, env)
  if (target.endpoint.kind === 'launch') return target
  const url = readVariable(target.server.urlVariable, env)
  if (url === undefined) return mayBeSimulated(target, env)
  return {
    ...withKey(atUrl(target, url), env),
    model: readVariable('LLM_BENCH_MODEL', env) ?? target.model,
  }
}

function withKey(target: UrlTarget, env: Env): UrlTarget {
  const key = readVariable('LLM_BENCH_API_KEY', env)
  return key === undefined ? target : withCommonKey(target, key)
}

/** `LLM_BENCH_SIMULATE=0` is for builds that must bench real servers only. */
function mayBeSimulated(target: Target, env: Env): Target {
  if (target.endpoint.kind !== 'simulated' || readVariable('LLM_BENCH_SIMULATE', env) !== '0') return target
  throw new BenchError(`${targetLabel(target)} would be simulated, and LLM_BENCH_SIMULATE=0 forbids that.`, {
    code: 'bad-target',
    remedy: `Set ${target.server.urlVariable} to a running server.`,
  })
}

/**
 * `LLM_BENCH_DATASET` (ShareGPT JSON, or JSONL by its ending) and `LLM_BENCH_TOKENIZER` go before the case's own dataset,
 * `LLM_BENCH_CALIBRATE=0` before its `maxClientError`.
 */
export function loadFromEnvironment(load: LoadOptions, env: Env): LoadOptions {
  return {
    ...withDataset(load, env),
    ...(readVariable('LLM_BENCH_CALIBRATE', env) === '0' ? { maxClientError: false as const } : {}),
  }
}

function withDataset(load: LoadOptions, env: Env): LoadOptions {
  const path = readVariable('LLM_BENCH_DATASET', env)
  if (path === undefined) return load
  const tokenizer = readVariable('LLM_BENCH_TOKENIZER', env)
  const options = tokenizer === undefined ? { path } : { path, tokenizer }
  return { ...load, dataset: path.endsWith('.jsonl') ? jsonl(options) : sharegpt(options) }
}

/** `LLM_BENCH_SLO` replaces the objectives of every case. */
export function sloFromEnvironment(slo: Slo | undefined, env: Env): Slo | undefined {
  const expression = readVariable('LLM_BENCH_SLO', env)
  if (expression === undefined) return slo
  const policy = slo?.inconclusive
  return { ...parseSlo(expression), ...(policy === undefined ? {} : { inconclusive: policy }) }
}

/** What an inconclusive objective does: as the SLO says, else `LLM_BENCH_INCONCLUSIVE`, else the project's setting. */
export function inconclusiveFromEnvironment(slo: Slo, env: Env, otherwise: Inconclusive): Inconclusive {
  const policy = readVariable('LLM_BENCH_INCONCLUSIVE', env) as Inconclusive | undefined
  return slo.inconclusive ?? policy ?? otherwise
}

/**
 * What a measurement was made on, to be compared: `LLM_BENCH_HARDWARE`, because no client sees the GPUs of a server, else this
 * machine.
 */
export function hardwareFromEnvironment({ cpu, cores, platform }: Environment, env: Env): string {
  return readVariable('LLM_BENCH_HARDWARE', env) ?? `${cpu}, ${cores} cores, ${platform}`
}

/** Where and with what a run was made. */
export function describeEnvironment(): Environment {
  const { name, version } = packageInfo()
  const processors = cpus()
  return {
    startedAt: new Date().toISOString(),
    hostname: hostname(),
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    tool: `${name} ${version}`,
  }
}
