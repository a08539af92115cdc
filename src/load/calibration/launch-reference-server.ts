import { fork } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import type { ReferenceServer } from './reference-server.ts'

/** Starts the reference server in a process of its own, so that it and the client do not share an event loop. */
export async function launchReferenceServer(): Promise<ReferenceServer & { readonly pid: number }> {
  const program = new URL(`./reference-process${extname(import.meta.url)}`, import.meta.url)
  const child = fork(program, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const closed = once(child, 'exit')
  const [url] = (await Promise.race([once(child, 'message'), closed])) as [unknown]
  if (typeof url !== 'string' || child.pid === undefined) throw new Error('the reference server did not start')
  return {
    url,
    pid: child.pid,
    async close() {
      if (child.connected) child.disconnect()
      await closed
    },
  }
}
