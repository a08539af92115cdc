import type { TestModule } from 'vitest/node'
import { SETTLING_TITLE } from './settling-title.ts'

/** So many cases are listed: more would push what is wrong out of sight. */
const LISTED_CASES = 20

export interface RunSelection {
  /** The pattern of `-t`; undefined where none was given, as in a merge. */
  readonly pattern: RegExp | undefined
  /** Whether this is one of several shards: only their merge can tell whether a case ran in any of them. */
  readonly isShard: boolean
  readonly passWithNoTests: boolean
}

/**
 * What to tell of a run in which every case was filtered out or skipped, and whether that fails it: nobody measured anything,
 * which is no pass. Null where a case ran, or where something else failed and says so. Tests that are no benches may all be
 * skipped: the plugin may stand in the config of a whole project.
 */
export function noCaseRan(
  modules: readonly TestModule[],
  { pattern, isShard, passWithNoTests }: RunSelection,
): { readonly message: string; readonly fails: boolean } | null {
  const benches = modules.filter(({ project }) => project.config.benchmark.enabled)
  const tests = benches.flatMap((module) => [...module.children.allTests()])
  if (modules.some((module) => !module.ok()) || tests.some((test) => test.result().state !== 'skipped')) return null
  const cases = tests.filter(({ name }) => name !== SETTLING_TITLE).map(({ fullName }) => fullName)
  if (cases.length === 0) return null
  const what =
    pattern === undefined
      ? `None of the ${cases.length} cases ran: all were filtered out or skipped.`
      : `None of the ${cases.length} cases ran: -t ${JSON.stringify(pattern.source)} matches none of them, or they are skipped.`
  if (passWithNoTests) return { message: what, fails: false }
  if (isShard) return { message: `${what} This is a shard: the merge fails if none ran in any of them.`, fails: false }
  const rest = cases.length - LISTED_CASES
  const listed = cases.slice(0, LISTED_CASES).map((name) => `  ${name}`)
  const message = [
    `${what} That is no pass, unless --passWithNoTests says so. There are:`,
    ...listed,
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ].join('\n')
  return { message, fails: true }
}
