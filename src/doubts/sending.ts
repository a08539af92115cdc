import { measuredRecords } from '../metrics/fill.ts'
import type { TrialDoubt, TrialFacts } from './trial-facts.ts'

type Facts = Pick<TrialFacts, 'result' | 'records' | 'load'>

export function aborted({ result, records, load }: Facts): TrialDoubt[] {
  if (!result.aborted) return []
  const sent = measuredRecords(records).length
  return [{ code: 'aborted', message: `The run was cut short after ${sent} of ${load.numPrompts} requests.` }]
}

export function clientCrashed({ result: { threads } }: Pick<Facts, 'result'>): TrialDoubt[] {
  if (threads === undefined || threads.crash === null) return []
  const { thread, reason } = threads.crash
  const message = `Client thread ${thread} of ${threads.count} crashed (${reason}): what it had not handed back is lost.`
  return [{ code: 'client-crashed', message }]
}

/** Requests that lost a reused connection before any byte of an answer. */
export function resent({ result: { connections } }: Pick<Facts, 'result'>): TrialDoubt[] {
  if (connections === null || connections.resent === 0) return []
  const message = `${connections.resent} requests were sent twice: the connection that they reused was lost before any byte of an answer.`
  return [{ code: 'resent', message }]
}
