import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { vllm } from '../frameworks/index.ts'
import { URL_VARIABLES } from '../frameworks/catalog.ts'
import { namesOf } from '../base/options.ts'
import type { ServingBenchOptions } from '../vitest/plugin.ts'
import { resolvedCase } from './resolve.testkit.ts'
import { OWN_VARIABLES } from './variables.ts'

const PROJECT_OPTIONS = namesOf<ServingBenchOptions>({
  inconclusive: true,
  baselineTrials: true,
  margins: true,
  outputDir: true,
  html: true,
  quiet: true,
})

test('docs/configuration.md has every variable, every option of a load and every option of a project', () => {
  const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
  const table = page.split('\n').filter((line) => line.startsWith('|'))
  const { load } = resolvedCase({ name: 'a case', target: vllm(), load: { requestRate: 1, numPrompts: 1 } })
  const names = [...OWN_VARIABLES, ...URL_VARIABLES, ...Object.keys(load), ...PROJECT_OPTIONS]
  expect(names.filter((name) => !table.some((line) => new RegExp(`\`${name}\\b`).test(line)))).toEqual([])
})
