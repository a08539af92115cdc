import { globSync, readFileSync } from 'node:fs'
import { defineConfig, type OxlintOverride } from 'oxlint'

/** The order of the house, see docs/architecture.md. A layer imports only from those before it; imports of types count. */
const LAYERS = [
  'src/base',
  'src/record',
  'src/stats',
  'src/arrival',
  'src/workload',
  'src/protocol',
  'src/client',
  'src/simulator',
  'src/frameworks',
  'src/telemetry',
  'src/server',
  'src/load',
  'src/metrics',
  'src/verdict',
  'src/report',
  'src/doubts',
  'src/slo',
  'src/baseline',
  'src/case',
  'reporters',
  'src/publish-report',
  'src/vitest',
  'src/cli',
  'src/index',
]

/** These layers read no file and ask no server: numbers, bytes and text in, numbers and text out. */
const PURE = new Set(
  'src/record src/stats src/arrival src/protocol src/metrics src/verdict src/report src/doubts src/slo reporters'.split(
    ' ',
  ),
)
const OUTSIDE_WORLD = '^(?:undici|node:(?:child_process|fs|http|https|net|tls|worker_threads)(?:/.*)?)$'

/** Only these know the test runner. */
const KNOW_VITEST = new Set(['src/vitest', 'src/index'])
const VITEST = '^vitest(?:/.*)?$'

/** What a layer or a file may still import. This list only gets shorter: an entry that is no longer needed is an error. */
const STILL_ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'src/telemetry': ['src/report'],
  'src/load': ['src/report'],
  'src/metrics': ['src/report'],
  'reporters/html/page-assets.ts': [OUTSIDE_WORLD],
  'reporters/html/published-study.ts': [OUTSIDE_WORLD],
}

/** Only these read the environment: what they find is resolved once, into a case. */
const READ_ENVIRONMENT = ['src/vitest/settings.ts', 'src/vitest/{plugin,serving-reporter}.ts', 'src/cli/main.ts']

const PLUGINS = ['typescript', 'import', 'unicorn', 'oxc', 'promise'] as const
const TESTS = ['**/*.test.ts', '**/*.testkit.ts', '**/*.browser.ts']
const filesOf = (path: string): string[] => (path.endsWith('.ts') ? [path] : [`${path}.ts`, `${path}/**/*.ts`])

/** How an import is written: that of a layer begins with `../load/` or is `../../src/report.ts`. */
const importOf = (what: string): string =>
  LAYERS.includes(what) ? `^(?:\\.\\./)+(?:src/)?${what.replace('src/', '')}(?:/|\\.ts$)` : what

/** What a layer may not import, with the reason that oxlint prints. */
const forbiddenIn = (layer: string): Map<string, string> =>
  new Map([
    ...LAYERS.slice(LAYERS.indexOf(layer) + 1).map((later) => [later, `${later} comes after ${layer}.`] as const),
    ...(KNOW_VITEST.has(layer) ? [] : [[VITEST, 'Only src/vitest knows the test runner.'] as const]),
    ...(PURE.has(layer) ? [[OUTSIDE_WORLD, `${layer} is pure: it reads no file and asks no server.`] as const] : []),
  ])

/** `path` is a layer or one of its files. */
function layerRule(path: string): OxlintOverride {
  const layer = LAYERS.find((one) => path === one || path.startsWith(`${one}/`))
  if (layer === undefined) throw new Error(`oxlint.config.ts: ${path} belongs to no layer.`)
  const forbidden = forbiddenIn(layer)
  for (const what of STILL_ALLOWED[path] ?? []) {
    if (!forbidden.delete(what) || !isImported(what, path))
      throw new Error(`oxlint.config.ts: ${path} no longer needs to import ${what}. Take it out of STILL_ALLOWED.`)
  }
  const patterns = [...forbidden].map(([what, reason]) => ({
    regex: importOf(what),
    message: `${reason} Imports go one way: oxlint.config.ts has the order.`,
  }))
  return { files: filesOf(path), excludeFiles: TESTS, rules: { 'no-restricted-imports': ['error', { patterns }] } }
}

function isImported(what: string, path: string): boolean {
  const sources = globSync(filesOf(path), { exclude: TESTS }).map((file) => readFileSync(file, 'utf8'))
  return sources.some((text) =>
    [...text.matchAll(/ from '(.+)'/g)].some(([, from = '']) => new RegExp(importOf(what)).test(from)),
  )
}

export default defineConfig({
  plugins: [...PLUGINS],
  categories: { correctness: 'error', suspicious: 'error' },
  rules: {
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'import/no-unassigned-import': 'off',
    'no-underscore-dangle': 'off',
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/consistent-return': 'off',
    'no-shadow': 'off',
    'unicorn/no-array-sort': 'off',
    'promise/always-return': 'off',
    'no-await-in-loop': 'off',
    'typescript/no-empty-object-type': 'off',
    'typescript/unbound-method': 'off',
    'import/no-named-as-default-member': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/require-post-message-target-origin': 'off',
    'eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_', ignoreRestSiblings: true }],
  },
  ignorePatterns: ['dist', 'coverage', 'bench-results', 'fixtures/streams'],
  overrides: [
    ...[...LAYERS, ...Object.keys(STILL_ALLOWED)].map(layerRule),
    {
      files: ['src/**'],
      excludeFiles: [...TESTS, ...READ_ENVIRONMENT],
      plugins: [...PLUGINS, 'node'],
      rules: { 'node/no-process-env': 'error' },
    },
    {
      files: ['bench/**'],
      excludeFiles: ['bench/client.bench.ts', 'bench/client/**'],
      rules: {
        'no-restricted-imports': [
          'error',
          { patterns: [{ regex: '/src/.+/', message: 'Bench files use the public entry, as a user would.' }] },
        ],
      },
    },
  ],
})
