import type { Cause, Framework } from './framework.ts'
import FRAMEWORKS from './index.ts'
import type { LevelName, MetricsTable } from './metrics-table.ts'

// What the program knows of all frameworks together, read off the list of them.

/** As they stand in reports, in the order of tables. */
export const FRAMEWORK_IDS: readonly string[] = [...new Set(FRAMEWORKS.map(({ id }) => id))]

/** The environment variables that send the cases of a framework to a running server. */
export const URL_VARIABLES: readonly string[] = [...new Set(FRAMEWORKS.map(({ urlVariable }) => urlVariable))]

/** The frameworks under that id: two of TensorRT-LLM, its default first; none of an unknown one. */
export function frameworksOf(id: string): Framework[] {
  return FRAMEWORKS.filter((framework) => framework.id === id)
}

/** What servers call their metrics: a page is of the first kind whose mark it has, whatever its target is called. */
export const METRICS_TABLES: readonly MetricsTable[] = FRAMEWORKS.flatMap(({ metrics }) => metrics ?? [])

/** What servers call things in their logs, in small letters. */
export const LOG_NAMES: ReadonlyMap<string, readonly LevelName[]> = new Map(
  FRAMEWORKS.flatMap(({ logNames }) => Object.entries(logNames)),
)

/** What a server of one kind prints when it dies, and what it prints afterwards. */
export const CAUSES: readonly Cause[] = FRAMEWORKS.flatMap(({ causes }) => causes)
export const CONSEQUENCES: readonly Cause[] = FRAMEWORKS.flatMap(({ consequences }) => consequences)
