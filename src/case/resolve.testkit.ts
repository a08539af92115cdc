import { resolveCase, type AskedCase, type ResolvedCase } from './resolve-case.ts'
import { readVariables } from './variables.ts'

/** A case of which neither the environment nor a project says anything. */
export function resolvedCase(asked: AskedCase): ResolvedCase {
  return resolveCase(asked, { inconclusive: null }, readVariables({}))
}
