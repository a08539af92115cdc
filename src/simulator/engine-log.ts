import type { EngineStats } from './engine.ts'
import type { ServerMetrics } from './server-metrics.ts'

/** The line that vLLM 0.4.1 logs every 10 s while it steps. `unixMs` is told in UTC. */
export function vllmLogLine(
  unixMs: number,
  metrics: ServerMetrics,
  { running, waiting, kvUsage }: EngineStats,
): string {
  const parts = [
    `Avg prompt throughput: ${metrics.promptThroughput.toFixed(1)} tokens/s`,
    `Avg generation throughput: ${metrics.generationThroughput.toFixed(1)} tokens/s`,
    `Running: ${running} reqs`,
    'Swapped: 0 reqs',
    `Pending: ${waiting} reqs`,
    `GPU KV cache usage: ${(100 * kvUsage).toFixed(1)}%`,
    'CPU KV cache usage: 0.0%',
  ]
  return `${logPrefix('INFO', unixMs, 'metrics.py:229')} ${parts.join(', ')}`
}

/** How vLLM 0.4.1 begins a line: `INFO 04-26 02:15:11 metrics.py:229]`. */
export function logPrefix(level: 'INFO' | 'ERROR', unixMs: number, place: string): string {
  const [, month, day, time] = /-(\d\d)-(\d\d)T([\d:]{8})/.exec(new Date(unixMs).toISOString())!
  return `${level} ${month}-${day} ${time} ${place}]`
}
