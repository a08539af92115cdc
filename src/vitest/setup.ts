import { expect, inject } from 'vitest'
import { matchers } from './matchers.ts'
import { passSignalsOn } from './pass-signals-on.ts'
import { releaseServersAfterAll } from './servers.ts'

expect.extend(matchers)
// Before the servers are released, which is done in reverse order: a signal must not interrupt that.
if (inject('servingBench').answersSignals) passSignalsOn()
releaseServersAfterAll()
