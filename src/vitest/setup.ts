import { expect } from 'vitest'
import { matchers } from './matchers.ts'
import { releaseServersAfterAll } from './servers.ts'

expect.extend(matchers)
releaseServersAfterAll()

// A terminal sends Ctrl-C to the whole process group. The main process answers it with an abort that keeps what was
// measured; a worker that died first could not.
process.on('SIGINT', () => {})
