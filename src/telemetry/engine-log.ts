import { LOG_NAMES } from '../frameworks/catalog.ts'
import type { LevelName, Levels } from '../frameworks/metrics-table.ts'
import { NOTHING_TOLD } from './reading.ts'

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
    for (const [i, level] of (LOG_NAMES.get(name.trim()) ?? []).entries()) {
      const number = numbers[i]
      if (number !== undefined && Number.isFinite(number)) {
        found[level] ??= level === 'kvCacheUse' && text.includes('%') ? number / 100 : number
      }
    }
  }
  return found.running === undefined ? null : { ...NOTHING_TOLD, ...found }
}
