import { cpus, hostname } from 'node:os'
import { packageInfo } from '../base/package-info.ts'
import type { Environment } from '../report.ts'

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
