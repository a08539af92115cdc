import { targetLabel } from '../frameworks/target.ts'
import type { CaseReport } from '../report.ts'
import { percent } from './percent.ts'

/** Token counts of two servers may differ by this much and be called the same. */
const SAME_TOKENS = 2
const SAME_SHARE = 0.02

/** The finish reasons by which servers say that the length was reached; anything else is an end of the model's own. */
const LENGTH_FINISHES: readonly string[] = ['length', 'limit']

const DECODING_FIELDS = [
  'temperature',
  'top_p',
  'top_k',
  'min_p',
  'do_sample',
  'seed',
  'repetition_penalty',
  'presence_penalty',
  'frequency_penalty',
] as const

/**
 * Why rows that stand side by side do not show the same load answered in the same way: a sentence for each reason, by row.
 *
 * Rows are held against those of other servers with the same suite, rate and cap. What a server does not tell (its prompt
 * tokens, its cache) is not compared, and says nothing here; `docs/comparing.md` has the rules.
 */
export function comparability(rows: readonly CaseReport[]): Map<CaseReport, string[]> {
  const remarks = new Map<CaseReport, string[]>()
  for (const beside of Map.groupBy(rows, placeOf).values()) {
    if (labelsOf(beside).size < 2) continue
    for (const alike of Map.groupBy(beside, digestOf).values()) {
      if (labelsOf(alike).size < 2) {
        for (const row of alike) remarks.set(row, [otherWorkload(row)])
        continue
      }
      for (const row of alike) {
        const reasons = RULES.flatMap((rule) => rule(row, alike) ?? [])
        if (reasons.length > 0) remarks.set(row, reasons)
      }
    }
  }
  return remarks
}

function placeOf({ case: name, load }: CaseReport): string {
  return JSON.stringify([name.split(' > ')[0], load.requestRate, load.maxConcurrency])
}

function labelsOf(rows: readonly CaseReport[]): Set<string> {
  return new Set(rows.map(({ target }) => targetLabel(target)))
}

/** That of the first trial: those of the others follow from its seed. */
function digestOf({ trials }: CaseReport): string {
  return trials[0]?.digest ?? ''
}

function otherWorkload(row: CaseReport): string {
  return `no row of another server had its workload (digest ${digestOf(row).slice(0, 8)}): other prompts, lengths or arrivals`
}

type Rule = (row: CaseReport, beside: readonly CaseReport[]) => string | null

const RULES: readonly Rule[] = [promptTokens, outputTokens, earlyEnds, decoding, warmCache, achievedRate]

/** Against the server whose count is nearest to the workload's own. */
function promptTokens(row: CaseReport, beside: readonly CaseReport[]): string | null {
  const known = beside.flatMap(({ validity }) => validity.promptTokenDifference ?? [])
  const its = row.validity.promptTokenDifference
  if (its === null) return null
  const nearest = known.reduce((best, each) => (Math.abs(each.mean) < Math.abs(best.mean) ? each : best), its)
  const sent = row.metrics.inputTokens / Math.max(1, row.metrics.completed)
  if (Math.abs(its.mean - nearest.mean) <= Math.max(SAME_TOKENS, SAME_SHARE * sent)) return null
  const range = its.min === its.max ? '' : ` on average (${its.min} to ${its.max})`
  const other = nearest.mean === 0 ? 'another counts as many' : `another counts ${signed(nearest.mean)}`
  return `the server counts ${signed(its.mean)} tokens in a prompt than the workload${range}, where ${other}: a chat template, or another tokenizer`
}

function signed(difference: number): string {
  return `${count(Math.abs(difference))} ${difference < 0 ? 'fewer' : 'more'}`
}

/** Against the row with the longest answers. */
function outputTokens(row: CaseReport, beside: readonly CaseReport[]): string | null {
  const its = meanAnswer(row)
  const longest = beside.reduce((best, each) => ((meanAnswer(each) ?? 0) > (meanAnswer(best) ?? 0) ? each : best), row)
  const most = meanAnswer(longest)
  if (its === null || most === null || its >= most * (1 - SAME_SHARE)) return null
  return `its answers have ${count(its)} tokens on average, where ${targetLabel(longest.target)} has ${count(most)}`
}

function meanAnswer({ metrics }: CaseReport): number | null {
  return metrics.completed === 0 ? null : metrics.outputTokens / metrics.completed
}

/** Answers that ended by themselves, where those of another server did not. */
function earlyEnds(row: CaseReport, beside: readonly CaseReport[]): string | null {
  const its = ownEnds(row)
  const fewest = Math.min(...beside.flatMap((each) => ownEnds(each)?.share ?? []))
  if (its === null || its.share <= fewest + SAME_SHARE) return null
  return `${its.ends} of ${its.all} answers ended by themselves (${its.words.join(', ')}), ${percent(its.share)} where another has ${percent(fewest)}: early EOS`
}

function ownEnds({ validity }: CaseReport): { ends: number; all: number; share: number; words: string[] } | null {
  const reasons = Object.entries(validity.finishReasons)
  const own = reasons.filter(([word]) => !LENGTH_FINISHES.includes(word))
  const sum = (entries: readonly (readonly [string, number])[]): number =>
    entries.reduce((total, [, n]) => total + n, 0)
  const all = sum(reasons)
  return all === 0 ? null : { ends: sum(own), all, share: sum(own) / all, words: own.map(([word]) => word) }
}

/** Greedy decoding has several spellings, which all mean the same. */
function decoding(row: CaseReport, beside: readonly CaseReport[]): string | null {
  const its = decodingOf(row)
  if (its === null) return null
  const others = new Set(beside.flatMap((each) => decodingOf(each) ?? []))
  others.delete(its)
  return others.size === 0 ? null : `it was asked for ${its}, where another was asked for ${[...others].join(' or ')}`
}

/** Null where the report is too old to know. */
function decodingOf({ target: { sampling } }: CaseReport): string | null {
  const nested = [sampling['parameters'], sampling['sampling_params']].filter(isObject)
  const fields = Object.assign({}, sampling, ...nested) as typeof sampling
  if (Object.keys(fields).length === 0) return null
  const { temperature, top_k: topK, do_sample: sample } = fields
  if (temperature === 0 || topK === 1 || sample === false) return 'greedy decoding'
  const stated = DECODING_FIELDS.filter((name) => fields[name] !== undefined)
  if (stated.length === 0) return "the server's default sampling"
  return `sampling with ${stated.map((name) => `${name} ${JSON.stringify(fields[name])}`).join(', ')}`
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Prompt tokens that cost nothing, where others had to compute them. */
function warmCache(row: CaseReport, beside: readonly CaseReport[]): string | null {
  const its = row.validity.cachedPromptShare
  const least = Math.min(...beside.map(({ validity }) => validity.cachedPromptShare ?? 0))
  if (its === null || its <= least + SAME_SHARE) return null
  const isTold = beside.every(({ validity }) => validity.cachedPromptShare !== null)
  const other = isTold ? `another found ${percent(least)}` : 'another does not tell'
  return `its server found ${percent(its)} of the prompt tokens in its prefix cache, where ${other}: a warm cache`
}

/** The sends themselves: the rate asked for and the schedule are the same. */
function achievedRate(row: CaseReport, beside: readonly CaseReport[]): string | null {
  const its = row.validity.stimulus.sentRate
  const fastest = Math.max(...beside.flatMap(({ validity }) => validity.stimulus.sentRate ?? []))
  if (its === null || row.load.requestRate === null || its >= fastest * 0.95) return null
  return `${its.toFixed(2)} requests/s were sent to it, where another got ${fastest.toFixed(2)}`
}

function count(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1)
}
