import { parseBaseUrl } from '../client/base-url.ts'
import { BenchError } from '../base/errors.ts'
import { findVariant } from '../simulator/find-variant.ts'
import type { EngineProfile } from '../simulator/profile.ts'
import { urlEndpoint } from './at-url.ts'
import type { Framework } from './framework.ts'
import { planLaunch } from './launch.ts'
import type { EndpointName, Fields, Recipe } from './recipe.ts'
import { promptFields } from './request-body.ts'
import { checkTargetOptions, type SimulatedTargetOptions, type TargetOptions } from './target-options.ts'
import { secretsIn } from './target-secrets.ts'
import type { Target } from './target.ts'
import { readTlsChoice } from './tls-choice.ts'

/** The public function of a framework that is not simulated. */
export function serverTargets<F extends Framework>(framework: F) {
  return (options: TargetOptions<EndpointsOf<F>> = {}): Target => {
    checkTargetOptions(framework.factory, options, 'server')
    return serverTarget(framework, options)
  }
}

/** The public function of a framework that has simulated engines. */
export interface EngineTargets<Names extends EndpointName> {
  /**
   * With a `url` or a `launch`, a server. With neither, the server at the URL in the framework's environment variable, or, where
   * that is not set, the simulated engine, which the run then says once. Throws BenchError `bad-target` on wrong options.
   */
  (options?: TargetOptions<Names>): Target
  /**
   * A simulated engine, in virtual time: the built-in one of the variant unless given a `profile`. The framework's environment
   * variable goes before it, as before a `url`. Throws BenchError `bad-target` on wrong options, `bad-profile` for a variant that is
   * not simulated.
   */
  simulated(options?: SimulatedTargetOptions<Names>): Target
}

export function engineTargets<F extends Framework>(framework: F): EngineTargets<EndpointsOf<F>> {
  const atServer = (options: TargetOptions<EndpointsOf<F>> = {}): Target => {
    checkTargetOptions(framework.factory, options, 'engine')
    return serverOrEngineTarget(framework, options)
  }
  const simulated = (options: SimulatedTargetOptions<EndpointsOf<F>> = {}): Target => {
    checkTargetOptions(`${framework.factory}.simulated`, options, 'simulated')
    return engineTarget(framework, options)
  }
  return Object.assign(atServer, { simulated })
}

type EndpointsOf<F extends Framework> = keyof F['endpoints'] & EndpointName

/** A target that is simulated where nobody says where its server is. */
export function serverOrEngineTarget(framework: Framework, options: TargetOptions<EndpointName>): Target {
  const target = serverTarget(framework, options)
  return target.endpoint.kind === 'unset' ? withEngine(target, builtIn(target), true) : target
}

/** A target that is simulated because its author asks for it. */
export function engineTarget(
  framework: Framework,
  { profile, slowdown, ...options }: SimulatedTargetOptions<EndpointName>,
): Target {
  const target = serverTarget(framework, options)
  return withEngine(target, slowedDown(profile ?? builtIn(target), slowdown), false)
}

function builtIn({ framework, server, variant }: Target): EngineProfile {
  return findVariant(server.profiles, framework, variant)
}

function withEngine(target: Target, profile: EngineProfile, byDefault: boolean): Target {
  return {
    ...target,
    version: target.statedVersion ?? profile.version,
    endpoint: { kind: 'simulated', profile, byDefault },
  }
}

function slowedDown(profile: EngineProfile, factor = 1): EngineProfile {
  if (!(factor > 0 && factor < Infinity)) {
    throw new BenchError(`The slowdown of ${profile.framework} is ${factor}.`, {
      code: 'bad-target',
      remedy: 'Give a finite factor above 0: 1 is the engine as it was measured, 1.3 makes every step 30 % longer.',
    })
  }
  return { ...profile, slowdown: profile.slowdown * factor }
}

/** A target with its server's URL or launch, or with neither yet. */
export function serverTarget(framework: Framework, options: TargetOptions<EndpointName>): Target {
  const {
    version,
    variant = framework.variant,
    model,
    url,
    apiKey,
    endpoint,
    headers = {},
    extraBody = {},
    metricsUrl,
    launch,
  } = options
  const connection = {
    apiKey: apiKey ?? null,
    headers,
    tls: readTlsChoice(options.tls ?? {}),
    metricsUrl: metricsUrl === undefined ? null : parseBaseUrl(metricsUrl).href,
  }
  const recipe = findRecipe(framework, endpoint)
  checkExtraBody(extraBody, recipe)
  const { server, launch: own } = framework
  const plan =
    launch === undefined ? null : planLaunch({ server, own, version: version ?? null, url: url ?? null }, launch)
  return {
    framework: framework.id,
    server: framework,
    version: version ?? null,
    statedVersion: version ?? null,
    variant,
    model: model ?? plan?.servedModel ?? null,
    recipe,
    extraBody,
    connection,
    endpoint:
      plan !== null
        ? { kind: 'launch', launch: plan }
        : url === undefined
          ? { kind: 'unset' }
          : urlEndpoint(url, connection),
    secrets: secretsIn(options),
  }
}

function findRecipe({ server, endpoints }: Framework, endpoint: EndpointName | undefined): Recipe {
  const names = Object.keys(endpoints) as EndpointName[]
  const recipe = endpoints[endpoint ?? names[0]!]
  if (recipe !== undefined) return recipe
  throw new BenchError(`${server} has no endpoint "${endpoint}".`, {
    code: 'bad-target',
    remedy: `Choose one of: ${names.join(', ')}.`,
  })
}

/** Only streams can be timed, and what is asked belongs to the workload and its digest. */
function checkExtraBody(extraBody: Fields, recipe: Recipe): void {
  const taken = Object.keys(extraBody).find((name) => name === 'stream' || promptFields(recipe).includes(name))
  if (taken === undefined) return
  throw new BenchError(`extraBody would replace "${taken}".`, {
    code: 'bad-target',
    remedy: 'Leave it out: answers are always streamed, and prompts come from the dataset.',
  })
}
