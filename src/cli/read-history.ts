import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { HISTORY_SCHEMA, HistoryEntry, historyEntries, type LeftOut } from '../baseline/history.ts'
import { fromVllmResult } from '../baseline/vllm-result.ts'
import { BenchError } from '../base/errors.ts'
import { REPORT_SCHEMA } from '../report.ts'
import { writeAtomically } from '../base/write-atomically.ts'
import { readText } from './read-json.ts'
import { parseReport } from './read-report.ts'
import { isOldReport } from './report-1/upgrade-report.ts'

export interface FoundHistory {
  readonly entries: readonly HistoryEntry[]
  readonly leftOut: readonly LeftOut[]
}

/**
 * The entries that a file or a folder holds: a history (`.jsonl`), a report.json, a result of `vllm bench serve`, or a
 * folder of such files. BenchError `bad-report` names the file, and the line, that is none of them.
 */
export function readHistory(path: string): FoundHistory {
  const files = statOf(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.jsonl?$/.test(name))
        .sort()
        .map((name) => join(path, name))
    : [path]
  const found = files.flatMap(readFile)
  return { entries: found.flatMap(({ entries }) => entries), leftOut: found.flatMap(({ leftOut }) => leftOut) }
}

/** Adds entries to a history file in one step; those that it holds already are not added twice. Returns how many were new. */
export function appendHistory(path: string, entries: readonly HistoryEntry[]): number {
  const lines = existsSync(path) ? readFile(path).flatMap((found) => found.entries.map(lineOf)) : []
  const known = new Set(lines)
  const added = entries.map(lineOf).filter((line) => !known.has(line))
  if (added.length > 0) writeAtomically(path, [...lines, ...added].map((line) => `${line}\n`).join(''))
  return added.length
}

function lineOf(entry: HistoryEntry): string {
  return JSON.stringify(HistoryEntry.parse(entry))
}

function statOf(path: string): { isDirectory(): boolean } {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat !== undefined) return stat
  throw new BenchError(`There is no ${path}.`, {
    code: 'bad-report',
    remedy: 'Record a run first: vitest-llm-bench history --add bench-results/report.json.',
  })
}

/** One JSON document, or one on each line. */
function readFile(path: string): FoundHistory[] {
  const text = readText(path)
  const whole = parseJson(text)
  if (whole !== undefined) return [readDocument(whole, path)]
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    const place = `${path}, line ${index + 1}`
    const json = parseJson(line)
    if (json === undefined) throw unknown(place, 'it is not JSON')
    return [readDocument(json, place)]
  })
}

/** Undefined where the text is no JSON, which `JSON.parse` never returns. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readDocument(json: unknown, place: string): FoundHistory {
  const schema = typeof json === 'object' && json !== null && 'schema' in json ? json.schema : null
  if (schema === null) return { entries: [fromVllmResult(json, place)], leftOut: [] }
  if (schema === HISTORY_SCHEMA) return { entries: [historyEntry(json, place)], leftOut: [] }
  if (schema === REPORT_SCHEMA || isOldReport(json))
    return historyEntries(parseReport(json, (why) => unknown(place, why)))
  throw unknown(place, `its schema is ${JSON.stringify(schema)}`)
}

function historyEntry(json: unknown, place: string): HistoryEntry {
  const parsed = HistoryEntry.safeParse(json)
  if (parsed.success) return parsed.data
  throw unknown(place, z.prettifyError(parsed.error))
}

function unknown(place: string, why: string): BenchError {
  return new BenchError(`${place} holds neither a history nor a report: ${why}.`, {
    code: 'bad-report',
    remedy: 'Give history.jsonl, a report.json, a result of vllm bench serve, or a folder of them.',
  })
}
