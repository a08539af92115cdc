import junit, { type Builder, type TestSuite } from 'junit-report-builder'
import { flatMetrics } from '../src/metrics/flat-metrics.ts'
import { comparability } from '../src/metrics/comparability.ts'
import { neverSent } from '../src/metrics/never-sent.ts'
import { inputTokensByServer } from '../src/metrics/prompt-parity.ts'
import { checkNames } from '../src/base/options.ts'
import type { BenchReport, CaseReport, FailedCase, Metrics } from '../src/report.ts'
import { MS_PER_SECOND } from '../src/base/units.ts'
import { doubtsOf } from './footnotes.ts'
import { groupCases, labelCases, type Group } from './groups.ts'
import { firstLine, plainLine, plainText } from '../src/base/plain-text.ts'
import { onlyWritable } from './only-writable.ts'
import { formatCount, formatMs, formatShare, formatTokenRate } from './units.ts'
import { VERDICT_MARKS, caseVerdict } from '../src/verdict/case-verdict.ts'
import { isGate } from '../src/verdict/kinds.ts'
import type { Verdict } from '../src/verdict/verdict.ts'
import { describeVerdict, inWords } from '../src/verdict/words.ts'
import { violations } from './verdicts.ts'

/**
 * The report as JUnit XML: a suite for each framework and variant, a test case for each case (over all its trials), a property for each
 * metric, at most one failure for each case (Jenkins keeps only one) that lists every violated objective and
 * has the message and the kind of the first: the cause of the others.
 *
 * Properties of a test case are what pytest, Vitest and the Jenkins JUnit plugin use; Jenkins' stricter xUnit plugin
 * (`junit-10.xsd`) knows properties of a suite only. Facts that a whole suite shares stand there.
 */
export function renderJunit(bench: BenchReport, options: JunitOptions = {}): string {
  const example = "renderJunit(report, { attachments: ['bench-results/report.html'] })"
  checkNames(options, ['attachments'], { of: 'renderJunit()', code: 'bad-options', example })
  const { attachments = [] } = options
  const report = onlyWritable(bench)
  const builder = unwrap(junit).newBuilder().name('LLM serving benchmark')
  const labels = labelCases(report.cases)
  const remarks = comparability(report.cases)
  for (const group of groupCases(report.cases)) addSuite(builder, group, { labels, remarks, attachments })
  for (const [framework, cases] of Map.groupBy(report.failedCases, (each) => each.framework ?? 'unknown framework')) {
    addFailedCases(builder, plainLine(framework), cases)
  }
  return builder.build()
}

/** The package is CommonJS with a `default`: Node hands out the wrapper, bundlers the builder itself. */
function unwrap(imported: Builder | { readonly default: Builder }): Builder {
  return 'newBuilder' in imported ? imported : imported.default
}

export interface JunitOptions {
  /**
   * Files that belong to every case, as the CI finds them: GitLab from the project's folder, Jenkins by absolute path. JUnit has
   * no element for them; both read lines `[[ATTACHMENT|path]]` of system-out.
   */
  readonly attachments?: readonly string[]
}

/** What is said of a row beside others. */
interface RowTexts {
  readonly labels: ReadonlyMap<CaseReport, string>
  readonly remarks: ReadonlyMap<CaseReport, readonly string[]>
  readonly attachments: readonly string[]
}

function addSuite(builder: Builder, { label, cases }: Group, { labels, remarks, attachments }: RowTexts): void {
  const suite = builder.testSuite().name(label)
  suite.time(seconds(cases.reduce((sum, { metrics }) => sum + metrics.durationMs, 0)))
  const first = cases[0]
  if (first !== undefined) {
    // Without fraction and zone, as the stricter schemas want it; UTC.
    suite.timestamp(first.environment.startedAt.slice(0, 19))
    const { sampling, ...target } = first.target
    for (const [name, value] of Object.entries(target)) setProperty(suite, `target.${name}`, value)
    if (Object.keys(sampling).length > 0) setProperty(suite, 'target.sampling', JSON.stringify(sampling))
  }
  for (const row of cases) {
    addCase(suite, row, {
      className: className(label),
      name: plainLine(row.case),
      summary: [
        summary(row, labels.get(row) ?? label, remarks.get(row) ?? []),
        ...attachments.map((path) => `[[ATTACHMENT|${plainLine(path)}]]`),
      ].join('\n'),
      notComparable: remarks.get(row) ?? [],
    })
  }
}

interface CaseTexts {
  readonly className: string
  readonly name: string
  readonly summary: string
  readonly notComparable: readonly string[]
}

function addCase(suite: TestSuite, row: CaseReport, { className, name, summary, notComparable }: CaseTexts): void {
  const testCase = suite.testCase().className(className).name(name).time(seconds(row.metrics.durationMs))
  for (const [key, value] of Object.entries({ ...row.load, ...trialFacts(row) })) {
    setProperty(testCase, `load.${key}`, value)
  }
  for (const [key, value] of flatMetrics(row.metrics)) setProperty(testCase, key, value)
  setProperty(testCase, 'inputTokensByServer', inputTokensByServer(row))
  setProperty(testCase, 'cachedPromptShare', row.validity.cachedPromptShare)
  setProperty(testCase, 'warmup', row.validity.warmup.sent)
  setProperty(testCase, 'fill', row.validity.warmup.trimmed)
  for (const { kind, count } of row.errors) setProperty(testCase, `errors.${kind}`, count)
  if (notComparable.length > 0) setProperty(testCase, 'notComparable', notComparable.join('; '))
  const violated = violations(row)
  const first = violated[0]
  if (first !== undefined) {
    const more = violated.length > 1 ? ` (and ${violated.length - 1} more)` : ''
    testCase.failure(describeVerdict(first) + more, first.kind)
    const errors = row.errors.map(({ kind, count, example }) => `${count} x ${kind}: ${plainLine(example)}`)
    testCase.stacktrace(cdata([...violated.map(wholeVerdict), ...errors].join('\n')))
  }
  testCase.standardOutput(cdata(summary))
}

function addFailedCases(builder: Builder, framework: string, cases: readonly FailedCase[]): void {
  const suite = builder.testSuite().name(framework)
  for (const { case: name, message } of cases) {
    suite
      .testCase()
      .className(className(framework))
      .name(plainLine(name))
      .error(firstLine(message), 'did-not-run', cdata(plainText(message)))
  }
}

/** The kind and the line of a verdict; a failed assertion may have more lines, which follow. */
function wholeVerdict(verdict: Verdict): string {
  const [, ...others] = plainText(inWords(verdict).message).trim().split('\n')
  return [`${verdict.kind}: ${describeVerdict(verdict)}`, ...others].join('\n')
}

/** The numbers of the trials, and the digest of the first. */
function trialFacts({ trials }: CaseReport): { trial: string; digest: string | null } {
  return { trial: trials.map(({ trial }) => trial).join(', '), digest: trials[0]?.digest ?? null }
}

interface HasProperties {
  property(name: string, value: string): unknown
}

function setProperty(node: HasProperties, name: string, value: string | number | boolean | null): void {
  if (value !== null) node.property(name, plainLine(String(value)))
}

/** Jenkins takes everything up to the last point for a package, which would tear versions apart. */
function className(label: string): string {
  return `llm-bench.${label.replaceAll('.', '_')}`
}

/** The builder splits the first `]]>` of a text over two CDATA sections but not the next: there must be none. */
function cdata(text: string): string {
  return text.replaceAll(']]>', ']] >')
}

function seconds(ms: number): number {
  return Number((ms / MS_PER_SECOND).toFixed(3))
}

function summary(row: CaseReport, label: string, notComparable: readonly string[]): string {
  const { metrics, validity } = row
  const word = caseVerdict(row)
  const inconclusive = row.verdicts.filter(({ verdict }) => verdict === 'inconclusive')
  return [
    `${VERDICT_MARKS[word]} ${word}  ${label}`,
    `${metrics.completed} of ${formatCount(metrics.completed + metrics.failed + neverSent(row), 'request')} completed in ${formatMs(metrics.durationMs)}, ` +
      `${formatShare(validity.sentShare)} sent, ${formatTokenRate(metrics.outputThroughput)} out`,
    `TTFT ${latencies(metrics.ttft)}`,
    `TPOT ${latencies(metrics.tpot)}`,
    ...inconclusive.map((verdict) => `inconclusive: ${describeVerdict(verdict)}`),
    ...row.verdicts
      .filter(isGate)
      .filter(({ verdict }) => verdict === 'pass')
      .map((verdict) => `pass: ${describeVerdict(verdict)}`),
    ...doubtsOf(row, notComparable).map(({ code, message }) => `${code}: ${message}`),
  ].join('\n')
}

function latencies(distribution: Metrics['ttft']): string {
  if (distribution === null) return 'not measured'
  const { p50, p90, p99 } = distribution
  return `p50 ${formatMs(p50)}, p90 ${formatMs(p90)}, p99 ${formatMs(p99)}`
}
