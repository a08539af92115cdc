import type { WireRequest } from '../client/transport.ts'
import { requestBody } from './request-body.ts'
import type { CallInput } from './recipe.ts'
import type { Target } from './target.ts'

/** One prompt as it goes on the wire to this target, by its own recipe and with its own headers. */
export function toWireRequest(target: Target, input: CallInput): WireRequest {
  const { recipe, endpoint } = target
  return {
    method: 'POST',
    path: recipe.path + (endpoint.kind === 'url' ? endpoint.query : ''),
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(endpoint.kind === 'url' ? endpoint.headers : {}),
    },
    body: JSON.stringify(requestBody(target, input)),
  }
}
