import {
  secretsInArguments,
  secretsInBody,
  secretsInHeaders,
  secretsInUrl,
  secretsInVariables,
} from '../base/secrets.ts'
import type { LaunchOptions } from './launch.ts'
import type { EndpointName } from './recipe.ts'
import type { TargetOptions } from './target-options.ts'

/**
 * What the options of a target hold in confidence. Model, version and variant name the target in every report, so a text that is
 * one of them is not masked, even where it was given as something else, too.
 */
export function secretsIn(options: TargetOptions<EndpointName>): string[] {
  const { apiKey, headers = {}, url = '', metricsUrl = '', extraBody = {}, tls = {}, launch } = options
  const shown: readonly unknown[] = [options.model, options.version, options.variant]
  return [
    ...secretsInHeaders(headers),
    ...(apiKey === undefined ? [] : secretsInHeaders({ 'api-key': apiKey })),
    ...secretsInUrl(url),
    ...secretsInUrl(metricsUrl),
    ...secretsInBody(extraBody),
    ...secretsInVariables({ passphrase: tls.passphrase ?? '' }),
    ...(launch === undefined ? [] : secretsInLaunch(launch)),
  ].filter((secret) => !shown.includes(secret))
}

function secretsInLaunch(launch: LaunchOptions): string[] {
  const args = 'command' in launch ? launch.command.slice(1) : (launch.args ?? [])
  return [
    ...secretsInArguments(args),
    ...secretsInVariables(launch.env ?? {}),
    ...secretsInUrl(launch.healthPath ?? ''),
  ]
}
