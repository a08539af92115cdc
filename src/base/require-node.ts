import { BenchError } from './errors.ts'

const OLDEST_NODE = [22, 19] as const

/** BenchError `bad-command` on an older Node, which would fail much later, with an error about something else. */
export function requireNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return
  throw new BenchError(
    `This is Node ${process.versions.node}, and vitest-llm-bench needs ${OLDEST_NODE.join('.')} or newer.`,
    {
      code: 'bad-command',
      remedy: 'Install a newer one, or let npm bring it: npm install -D node@24 (npx and npm scripts then use it).',
    },
  )
}
