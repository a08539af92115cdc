import { expect, inject } from 'vitest'
import { openBenchFile } from './bench-file.ts'
import { handOverEachTest } from './hand-over.ts'
import { matchers } from './matchers.ts'
import { passSignalsOn } from './pass-signals-on.ts'
import { releaseServersAfterAll } from './servers.ts'
import { settleAfterAll } from './settling-step.ts'

openBenchFile()
expect.extend(matchers)
// Before the servers are released, which is done in reverse order: a signal must not interrupt that.
if (inject('servingBench').answersSignals) passSignalsOn()
releaseServersAfterAll()
// Hooks run in reverse order: what is decided here may need the servers.
settleAfterAll()
handOverEachTest()
