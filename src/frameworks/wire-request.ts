import type { WireRequest } from '../client/transport.ts'
import type { BodyInput, Target } from './target.ts'

/** One prompt as it goes on the wire to this target, by its own recipe and with its own headers. */
export function toWireRequest({ recipe, endpoint }: Target, input: BodyInput): WireRequest {
  return {
    method: 'POST',
    path: recipe.path,
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(endpoint.kind === 'url' ? endpoint.headers : {}),
    },
    body: JSON.stringify(recipe.body(input)),
  }
}
