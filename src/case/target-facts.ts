import { sharedFields } from '../frameworks/request-body.ts'
import type { CallInput } from '../frameworks/recipe.ts'
import type { Target } from '../frameworks/target.ts'
import type { TargetFacts } from '../report.ts'
import { shownUrl } from '../base/secrets.ts'
import type { ResolvedLoad } from './resolve-case.ts'

export function fixesLength(target: Target, load: ResolvedLoad): boolean {
  return target.recipe.canFixLength && load.fixedLength
}

export function bodyInput(
  target: Target,
  load: ResolvedLoad,
  request: { prompt: string; outputTokens: number },
): CallInput {
  const { prompt, outputTokens } = request
  return {
    model: servedModel(target) ?? '',
    prompt,
    outputTokens,
    fixedLength: fixesLength(target, load),
  }
}

/** A simulated engine serves the model of its profile, whatever it is called elsewhere. */
function servedModel({ model, endpoint }: Target): string | null {
  return endpoint.kind === 'simulated' ? endpoint.profile.model : model
}

/** The facts hold whatever secrets the target has: a report is masked as a whole later. */
export function targetFacts(target: Target, load: ResolvedLoad): TargetFacts {
  const { framework, version, variant, endpoint } = target
  const model = servedModel(target)
  return {
    framework,
    version,
    variant,
    model,
    url: endpoint.kind === 'url' ? shownUrl(endpoint.url) : null,
    simulated: endpoint.kind === 'simulated',
    estimate: endpoint.kind === 'simulated' && endpoint.profile.estimate,
    insecureTls:
      endpoint.kind === 'url' && endpoint.url.startsWith('https:') && endpoint.tls.rejectUnauthorized === false,
    sampling: samplingOf(target, load),
  }
}

/** As JSON keeps it. */
function samplingOf(target: Target, load: ResolvedLoad): TargetFacts['sampling'] {
  const shared = sharedFields(target, bodyInput(target, load, { prompt: '', outputTokens: 1 }))
  return JSON.parse(JSON.stringify(shared))
}
