import { beyondCalibration } from '../client-line.ts'
import { comparability } from '../../src/metrics/comparability.ts'
import type { CaseReport, Doubt, Environment, Trial } from '../../src/report.ts'
import { doubtsOf } from '../footnotes.ts'
import { fullLabel } from '../groups.ts'
import { plainLine } from '../../src/base/plain-text.ts'
import { trustFacts } from '../trust-facts.ts'
import { rateText } from '../../src/base/rate-text.ts'
import { formatCount, formatFixed, formatMs, formatShare } from '../units.ts'
import { largest, smallest } from './chart.ts'
import { renderDataTable, type DataTable } from './data-table.ts'
import { html, type Html } from './html.ts'
import type { PageModel } from './page-model.ts'

/** "Can this run be trusted?": what speaks for the numbers, what against them, and where they were made. */
export function trustSection(model: PageModel): Html | null {
  const { cases } = model
  if (cases.length === 0) return null
  return html`<ul class="reasons">
      ${trustSentences(model).map((sentence) => html`<li>${sentence}</li> `)}
    </ul>
    <h3>Evidence by case</h3>
    ${evidenceTable(model)} ${errorTable(model)}
    <h3>Where it was measured</h3>
    ${targetTable(cases)} ${environmentTable(cases)}`
}

/** What there is to say for all cases together, the weightiest first. */
export function trustSentences(model: PageModel): string[] {
  const { cases } = model
  return [
    failures(model),
    sending(model),
    lateness(model),
    clientErrors(model),
    ...stimulus(cases),
    ...tokens(cases),
    ...trustFacts(model),
  ].filter((sentence) => sentence !== null)
}

function failures({ cases }: PageModel): string {
  const failed = cases.filter(({ metrics }) => metrics.failed > 0)
  const all = cases.reduce((sum, { metrics }) => sum + metrics.completed + metrics.failed, 0)
  if (failed.length === 0) return `None of ${formatCount(all, 'request')} failed.`
  const count = failed.reduce((sum, { metrics }) => sum + metrics.failed, 0)
  return `${count} of ${formatCount(all, 'request')} failed, in ${failed.length} of ${formatCount(cases.length, 'case')}.`
}

const RATE_DOUBTS: ReadonlySet<Doubt['code']> = new Set(['rate-not-reached', 'rate-exceeded'])

function sending(model: PageModel): string {
  const cut = model.cases.filter(({ validity }) => validity.sentShare < 1)
  const off = model.cases.filter(({ doubts }) => doubts.some(({ code }) => RATE_DOUBTS.has(code)))
  return [
    cut.length === 0
      ? 'Every request that was asked for was sent.'
      : `Cut short: ${cut.map((row) => `${model.label(row)} (${formatShare(row.validity.sentShare)} sent)`).join(', ')}.`,
    off.length === 0
      ? 'Each load had the rate that was asked for.'
      : `At another rate than was asked for: ${off.map((row) => model.label(row)).join(', ')}.`,
  ].join(' ')
}

/** The client's own delay, which is in every TTFT. */
function lateness(model: PageModel): string {
  const late = model.cases.flatMap((row) => {
    const { queueLateness, ttft } = row.metrics
    return queueLateness === null || ttft === null || ttft.p50 === 0
      ? []
      : [{ row, ms: queueLateness.p99, share: queueLateness.p99 / ttft.p50 }]
  })
  if (late.length === 0) return 'How late the client sent its requests was not measured.'
  const worst = late.reduce((a, b) => (b.share > a.share ? b : a))
  return worst.ms === 0
    ? 'The client sent each request at the very time it was due.'
    : `The client was late by at most ${formatMs(worst.ms)} at P99, ${formatShare(worst.share)} of the median TTFT (${model.label(worst.row)}).`
}

/** What the client itself adds to the times, as far as it is known. */
function clientErrors(model: PageModel): string {
  const known = model.cases.flatMap((row) => {
    const { calibration } = row.validity.client
    return calibration === null ? [] : [{ row, calibration }]
  })
  const reasons = [...new Set(model.cases.flatMap(({ validity }) => validity.client.notCalibrated ?? []))]
  const missing = known.length === model.cases.length ? '' : `Not calibrated: ${reasons.join('; ')}.`
  if (known.length === 0) return `What the client adds to the times was not measured. ${missing}`
  const { row, calibration } = known.reduce((a, b) => (b.calibration.ttft.p99 > a.calibration.ttft.p99 ? b : a))
  const itl = largest(known.map((each) => each.calibration.itl.p99))
  return (
    `At the loads of the cases the client adds at most ${formatMs(calibration.ttft.p99)} to a TTFT (${model.label(row)}) and ` +
    `${formatMs(itl)} to an ITL, at P99 and measured against a built-in server${beyondCalibration(known.map((each) => each.row))}. ${missing}`
  ).trim()
}

/** Whether what is set side by side answered the same requests. */
function stimulus(cases: readonly CaseReport[]): (string | null)[] {
  const compared = comparedLoads(cases)
  if (compared.length === 0) return []
  const different = compared.filter(([, members]) => new Set(members.map(({ trial }) => trial.digest)).size > 1)
  return different.length === 0
    ? ['At each load all targets got the same prompts, lengths and arrival times (one digest).']
    : different.map(
        ([name]) =>
          `At ${name} the targets did not get the same requests: their digests differ, and so may their numbers.`,
      )
}

/** What was really generated. */
function tokens(cases: readonly CaseReport[]): (string | null)[] {
  const ratios = comparedLoads(cases).flatMap(([name, members]) => {
    const made = members.map(({ trial }) => trial.metrics.outputTokens).filter((count) => count > 0)
    return made.length < 2 ? [] : [{ name, ratio: largest(made) / smallest(made) }]
  })
  const mismatched = cases.filter(({ validity }) => validity.lengthMismatches > 0)
  const widest = ratios.reduce<(typeof ratios)[number] | null>(
    (a, b) => (a === null || b.ratio > a.ratio ? b : a),
    null,
  )
  return [
    widest === null
      ? null
      : widest.ratio === 1
        ? 'At each load all targets generated the same number of tokens.'
        : `The targets' generated tokens differ by up to ${formatShare(widest.ratio - 1)} (at ${widest.name}).`,
    mismatched.length === 0
      ? 'Every answer had the length that was asked for.'
      : `${mismatched.reduce((sum, { validity }) => sum + validity.lengthMismatches, 0)} answers in ${formatCount(mismatched.length, 'case')} had another length than was asked for.`,
  ]
}

interface ComparedTrial {
  readonly row: CaseReport
  readonly trial: Trial
}

/** The trials of several targets under one load, with the same number. */
function comparedLoads(cases: readonly CaseReport[]): [name: string, members: ComparedTrial[]][] {
  const byLoad = Map.groupBy(
    cases.flatMap((row) => row.trials.map((trial): ComparedTrial => ({ row, trial }))),
    ({ row: { load }, trial: { trial } }) =>
      `${load.requestRate} ${load.numPrompts} ${load.dataset} ${load.arrival} ${load.seed} ${trial}`,
  )
  return [...byLoad.values()].flatMap((members) => {
    const [first] = members
    const targets = new Set(members.map(({ row }) => fullLabel(row.target)))
    return first === undefined || targets.size < 2 ? [] : [[rateText(first.row.load.requestRate), members]]
  })
}

function evidenceTable(model: PageModel): Html {
  const remarks = comparability(model.cases)
  const evidence: DataTable = {
    label: 'Evidence by case',
    header: [
      'case',
      'doubts',
      'sent',
      'arrivals over rate',
      'gaps off (KS)',
      'sent late',
      'client late, P99',
      'of median TTFT',
      'adds to TTFT, P99',
      'adds to ITL, P99',
      'thread at work',
      'other length',
      'tokens counted by',
      'finish reasons',
      'prompts cached',
      'client threads',
      'connections',
      'warm-up',
      'filled the batch',
      'failed',
    ],
    rows: model.cases.map((row) => {
      const { validity, metrics } = row
      const late = metrics.queueLateness?.p99 ?? null
      return [
        model.label(row),
        doubtsOf(row, remarks.get(row))
          .map(({ code }) => code)
          .join(', ') || 'none',
        formatShare(validity.sentShare),
        validity.offeredShare === null ? '–' : formatShare(validity.offeredShare),
        formatFixed(validity.stimulus.gapDistance, 3),
        validity.stimulus.lateSends,
        formatMs(late),
        late === null || metrics.ttft === null || metrics.ttft.p50 === 0 ? '–' : formatShare(late / metrics.ttft.p50),
        formatMs(validity.client.calibration?.ttft.p99 ?? null),
        formatMs(validity.client.calibration?.itl.p99 ?? null),
        validity.client.utilisation === null ? '–' : formatShare(validity.client.utilisation),
        validity.lengthMismatches,
        tally(validity.tokenSources),
        tally(validity.finishReasons),
        validity.cachedPromptShare === null ? '–' : formatShare(validity.cachedPromptShare),
        validity.client.threads,
        validity.connections === null
          ? '–'
          : `${validity.connections.opened} opened, ${validity.connections.reused} reused, ${validity.connections.resent} resent`,
        validity.warmup.sent,
        validity.warmup.trimmed,
        metrics.failed,
      ]
    }),
  }
  return renderDataTable(withoutBlank(evidence))
}

/** Without the columns in which no row has anything. */
function withoutBlank({ label, header, rows }: DataTable): DataTable {
  const isKept = header.map((_, column) => rows.some((row) => row[column] !== '–'))
  const kept = <T>(cells: readonly T[]): T[] => cells.filter((_cell, column) => isKept[column])
  return { label, header: kept(header), rows: rows.map(kept) }
}

function tally(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([word, count]) => `${plainLine(word)} ${count}`)
  return parts.join(', ') || '–'
}

function errorTable(model: PageModel): Html | null {
  const rows = model.cases.flatMap((row) =>
    row.errors.map(({ kind, count, example }) => [
      model.label(row),
      kind,
      count,
      html`<code>${plainLine(example)}</code>`,
    ]),
  )
  if (rows.length === 0) return null
  return html`<h3>Errors by kind</h3>
    ${renderDataTable({ label: 'Errors by kind', header: ['case', 'kind', 'requests', 'an example'], rows })}`
}

function targetTable(cases: readonly CaseReport[]): Html {
  const distinct = [...Map.groupBy(cases, ({ target }) => JSON.stringify(target)).values()].flatMap(
    ([first]) => first ?? [],
  )
  return renderDataTable({
    label: 'Targets',
    header: ['target', 'model', 'answered by'],
    rows: distinct.map(({ target }) => [
      fullLabel(target),
      target.model ?? '–',
      target.simulated ? `a simulated engine${target.estimate ? ' (an estimate)' : ''}` : (target.url ?? 'a server'),
    ]),
  })
}

function environmentTable(cases: readonly CaseReport[]): Html {
  const name = ({ hostname, cpu, cores, platform, node, tool }: Environment): string =>
    [hostname, cpu, cores, platform, node, tool].join('\n')
  return renderDataTable({
    label: 'Machines that sent the load',
    header: ['client', 'processor', 'platform', 'Node', 'tool', 'cases', 'first started', 'last started'],
    rows: [...Map.groupBy(cases, ({ environment }) => name(environment)).values()].flatMap((members) => {
      const [first] = members
      if (first === undefined) return []
      const { hostname, cpu, cores, platform, node, tool } = first.environment
      const times = members.map(({ environment }) => environment.startedAt).toSorted()
      return [
        [
          hostname,
          `${cpu}, ${formatCount(cores, 'core')}`,
          platform,
          node,
          tool,
          members.length,
          utc(times[0]),
          utc(times.at(-1)),
        ],
      ]
    }),
  })
}

/** `2026-05-04 12:00 UTC`, the same in every time zone. */
function utc(startedAt: string | undefined): string {
  return startedAt === undefined ? '–' : `${startedAt.slice(0, 10)} ${startedAt.slice(11, 16)} UTC`
}
