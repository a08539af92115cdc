import { expect, test } from 'vitest'
import { childEnvironment } from './child-environment.ts'

test('what Vitest puts into its workers does not reach a server', () => {
  const worker = {
    NODE_ENV: 'test',
    VITEST: 'true',
    VITEST_POOL_ID: '1',
    MODE: 'test',
    TEST: 'true',
    DEV: '1',
    PROD: '',
    SSR: '1',
    BASE_URL: '/',
    FORCE_TTY: '',
    LLM_BENCH_API_KEY: 'k',
    NODE_CHANNEL_FD: '3',
  }
  expect(childEnvironment({ ...worker, PATH: '/bin', MODEL_PATH: '/m', UNSET: undefined }, {})).toEqual({
    PATH: '/bin',
    MODEL_PATH: '/m',
  })
})

test('what this very worker has in its environment is scrubbed', () => {
  expect(process.env['NODE_ENV']).toBe('test')
  const passed = Object.keys(childEnvironment(process.env, {}))
  expect(passed).toContain('PATH')
  expect(passed.filter((name) => /^VITEST|^(NODE_ENV|MODE|TEST|DEV|PROD|SSR|BASE_URL)$/.test(name))).toEqual([])
})

test("the user's own values go before all others", () => {
  expect(childEnvironment({ A: '1', NODE_ENV: 'test' }, { A: '2', NODE_ENV: 'production' })).toEqual({
    A: '2',
    NODE_ENV: 'production',
  })
})
