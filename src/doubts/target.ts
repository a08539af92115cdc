import type { TrialDoubt, TrialFacts } from './trial-facts.ts'

type Facts = Pick<TrialFacts, 'target'>

export function simulated({ target: { simulated: isSimulated, framework } }: Facts): TrialDoubt[] {
  if (!isSimulated) return []
  return [{ code: 'simulated', message: `These are numbers of a simulated ${framework} engine, not of a server.` }]
}

export function estimate({ target: { estimate: isEstimate, framework } }: Facts): TrialDoubt[] {
  if (!isEstimate) return []
  return [
    { code: 'estimate', message: `The ${framework} engine is an estimate: no published measurement stands behind it.` },
  ]
}

export function insecureTls({ target: { insecureTls: isInsecure } }: Facts): TrialDoubt[] {
  if (!isInsecure) return []
  return [{ code: 'insecure-tls', message: 'No certificate was checked: any machine on the way may have answered.' }]
}
