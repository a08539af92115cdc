import { expect, test } from 'vitest'
import { postMortem } from './post-mortem.ts'

const death = { label: 'vllm 0.4.1', what: 'exited with code 1 while it was loading', logFile: 'logs/vllm.log' }

test('the first line has the known cause, then comes what to do about it, then the end of the log', () => {
  const lines = [...Array(60).keys(), 'error: unrecognized arguments: --x'].map(String)
  const { message, remedy } = postMortem({ ...death, lines })
  expect(message).toMatch(
    /^vllm 0\.4\.1 exited with code 1 while it was loading: error: unrecognized arguments: --x\. This version .* --help\.\n\nThe last 50 lines of logs\/vllm\.log:\n {2}11\n/,
  )
  // Vitest prints the properties of an error below its message: the log must not stand there again.
  expect(remedy).not.toContain('\n')
})

test('a server that said nothing, and one that said nothing known, are each told as such', () => {
  expect(postMortem({ ...death, lines: [] }).message).toBe(
    'vllm 0.4.1 exited with code 1 while it was loading. It has logged nothing.',
  )
  expect(postMortem({ ...death, lines: ['hello'] }).message).toBe(
    'vllm 0.4.1 exited with code 1 while it was loading. Its log may tell why.\n\nThe last line of logs/vllm.log:\n  hello\n',
  )
})

test('a line without end is cut', () => {
  const lines = [`CUDA out of memory ${'x'.repeat(8000)}`]
  expect(postMortem({ ...death, lines }).message.length).toBeLessThan(2000)
})
