import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { BenchError } from '../errors.ts'
import { RunReport } from '../report.ts'
import { writeAtomically } from '../write-atomically.ts'

const BASELINE_SCHEMA = 'vitest-llm-bench/baseline@1'

/** The accepted trials of one case. */
const BaselineFile = z.object({
  schema: z.literal(BASELINE_SCHEMA),
  runs: z.array(RunReport).min(1),
})

/**
 * The accepted runs of a case; null when the file does not exist.
 *
 * Synchronous, like `writeBaseline`, because a matcher that must be awaited is a matcher that gets forgotten.
 * BenchError `bad-baseline`, naming the file and the field, when it is not what `writeBaseline` wrote.
 */
export function readBaseline(path: string): RunReport[] | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw badBaseline(path, 'cannot be read', error)
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw badBaseline(path, 'is not JSON', error)
  }
  const parsed = BaselineFile.safeParse(json)
  if (parsed.success) return parsed.data.runs
  const issue = parsed.error.issues[0]
  throw badBaseline(
    path,
    `is not a ${BASELINE_SCHEMA} file (${issue?.path.join('.')}: ${issue?.message})`,
    parsed.error,
  )
}

/**
 * Replaces the baseline in one step, by renaming a finished file: whoever reads meanwhile sees the old or the new one.
 * Makes the folder if need be.
 */
export function writeBaseline(path: string, runs: readonly RunReport[]): void {
  const file = BaselineFile.parse({ schema: BASELINE_SCHEMA, runs })
  writeAtomically(path, `${JSON.stringify(file, null, 2)}\n`)
}

function badBaseline(path: string, what: string, cause: unknown): BenchError {
  return new BenchError(`The baseline ${path} ${what}.`, {
    code: 'bad-baseline',
    remedy: 'Take it back from version control, or accept the current run with `vitest bench -u`.',
    cause,
  })
}
