import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { readBaseline } from './baseline-file.ts'
import { identityFileName, ownTitles, type CaseIdentity } from './case-identity.ts'
import { targetLabel } from '../frameworks/target.ts'

/** `bench/__baselines__/<bench file>.<case>.json`. The version of the server is in no part of it, but in the file. */
export function baselinePath(benchFile: string, identity: CaseIdentity): string {
  return join(folderOf(benchFile), `${stemOf(benchFile)}.${identityFileName(identity)}.json`)
}

/** A baseline that may be meant where a case has none of its own. */
export interface SiblingBaseline {
  readonly path: string
  /** What it was recorded of, as far as the file tells: `vllm 0.4.1, model llama`. */
  readonly of: string | null
  /** As the file tells; null where nobody knew it, or the file cannot be read. */
  readonly model: string | null
}

/**
 * A baseline of the same bench file with the same titles, framework and variant: of another model, or under another file
 * name, such as one that held the version. Null where there is none. Another framework or variant is another case.
 *
 * `caseName` finds the file that an older version of this package would have written, readable or not.
 */
export function findSibling(benchFile: string, identity: CaseIdentity, caseName: string): SiblingBaseline | null {
  const folder = folderOf(benchFile)
  const prefix = `${stemOf(benchFile)}.`
  for (const name of existsSync(folder) ? readdirSync(folder).toSorted() : []) {
    if (!name.startsWith(prefix) || !name.endsWith('.json')) continue
    const path = join(folder, name)
    const baseline = readable(path)
    if (baseline === null) continue
    const { framework, variant, version, model } = baseline.target
    const isAlike = framework === identity.framework && variant === identity.variant
    if (!isAlike || ownTitles(baseline.case, baseline.target) !== identity.titles) continue
    const of = [targetLabel({ framework, variant, version }), model && `model ${model}`].filter(Boolean).join(', ')
    return { path, of, model }
  }
  const older = join(folder, `${prefix}${olderFileName(caseName)}.json`)
  return existsSync(older) ? { path: older, of: null, model: null } : null
}

/** Null for a file that cannot be read: its own case tells of that. */
function readable(path: string): ReturnType<typeof readBaseline> {
  try {
    return readBaseline(path)
  } catch {
    return null
  }
}

/** Earlier versions of this package named the file by the whole case, with the version where a title has it. */
function olderFileName(caseName: string): string {
  return caseName.replace(/[^\p{L}\p{N}._ -]+/gu, '-').replace(/\s+/g, '_')
}

function folderOf(benchFile: string): string {
  return join(dirname(benchFile), '__baselines__')
}

function stemOf(benchFile: string): string {
  return basename(benchFile).replace(/\.[cm]?[jt]sx?$/, '')
}
