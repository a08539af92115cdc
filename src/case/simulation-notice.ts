import { targetLabel, type Target } from '../frameworks/target.ts'

/** What is said of a target that is simulated for want of a server; null of any other, and of a simulation that was asked for. */
export function simulationNotice(target: Target): string | null {
  const { endpoint, server } = target
  if (endpoint.kind !== 'simulated' || !endpoint.byDefault) return null
  return `${targetLabel(target)} is simulated, because no server is given: set ${server.urlVariable} to bench one, or write ${server.factory}.simulated() if that is meant.`
}
