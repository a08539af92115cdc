import { inject } from 'vitest'
import type { ProjectOptions } from '../case/resolve-case.ts'
import { readVariables, type Variables } from '../case/variables.ts'

/**
 * What the project and the environment say now: a bench file may set a variable before it asks for a load, once it knows where
 * its server is. Nobody else in a worker reads a variable of ours.
 */
export function settings(): readonly [project: ProjectOptions, variables: Variables] {
  return [inject('servingBench'), readVariables(process.env)]
}

/** What a launched server inherits, and may tell again. */
export const inherited: Readonly<Record<string, string | undefined>> = process.env
