import { NOTHING_TOLD, type LevelName, type Levels } from './reading.ts'

/** What servers call things in their logs, in small letters. */
const NAMES: Readonly<Record<string, LevelName>> = {
  running: 'running',
  '#running-req': 'running',
  waiting: 'waiting',
  pending: 'waiting',
  '#queue-req': 'waiting',
  swapped: 'swapped',
  'gpu kv cache usage': 'kvCacheUse',
  // Of vLLM's build for the CPU. Beside the GPU's, in 0.4.1, it is that of the swapped requests, and comes second.
  'cpu kv cache usage': 'kvCacheUse',
  'kv cache': 'kvCacheUse',
  'token usage': 'kvCacheUse',
  'avg prompt throughput': 'promptThroughput',
  'avg generation throughput': 'generationThroughput',
  'gen throughput (token/s)': 'generationThroughput',
}

/** Several things under one name, as lmdeploy writes them: `Engine (running/waiting): 5 / 2`. */
const GROUPS: Readonly<Record<string, readonly LevelName[]>> = {
  'engine (running/waiting)': ['running', 'waiting'],
  'avg thr (in/out)': ['promptThroughput', 'generationThroughput'],
}

/** A name, a colon, numbers, perhaps behind the prefix of a line, the name of an engine or the kind of a batch. */
const PART = /^(?:.*\]\s*)?(?:engine \d+:\s*|\w+ batch[.,]\s*)?([^:\]]+):\s*(.+)$/
const NUMBERS = /^[\d.]+(?:\s*\/\s*[\d.]+)*/
const MAX_LINE = 4096

/**
 * The state of an engine from a periodic line of its log (vLLM of both generations, lmdeploy, SGLang); null for any
 * other line. A line must name what runs, so that no prose is taken for one.
 */
export function parseEngineLogLine(line: string): Levels | null {
  if (line.length > MAX_LINE) return null
  const found: { [L in LevelName]?: number } = {}
  for (const part of line.toLowerCase().split(/,\s+/)) {
    const [, name = '', text = ''] = PART.exec(part) ?? []
    const numbers = (NUMBERS.exec(text)?.[0] ?? '').split('/').map((number) => Number.parseFloat(number))
    const names = GROUPS[name.trim()] ?? [NAMES[name.trim()]]
    for (const [i, level] of names.entries()) {
      const number = numbers[i]
      if (level !== undefined && number !== undefined && Number.isFinite(number)) {
        found[level] ??= level === 'kvCacheUse' && text.includes('%') ? number / 100 : number
      }
    }
  }
  return found.running === undefined ? null : { ...NOTHING_TOLD, ...found }
}
