import { expect, test } from 'vitest'
import { renderLoading } from './loading.ts'

const loading = { name: '', label: 'vllm 0.4.1', elapsedMs: 12_300, lastLine: 'INFO loading model weights' }

test('a server that loads is shown with its time and the newest line of its log, within the width', () => {
  expect(renderLoading(loading, 80)).toMatchInlineSnapshot(`"starting vllm 0.4.1, 12s  INFO loading model weights"`)
  expect(renderLoading({ ...loading, name: 'chat > 1 req/s' }, 80)).toMatch(/^chat > 1 req\/s {2}starting/)
  expect(renderLoading({ ...loading, lastLine: 'x'.repeat(500) }, 40).length).toBeLessThanOrEqual(40)
})

test('before the first line only the time is shown', () => {
  expect(renderLoading({ ...loading, lastLine: null }, 80)).toBe('starting vllm 0.4.1, 12s')
})
