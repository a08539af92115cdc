import { Agent, request } from 'undici'
import type { Ms } from '../base/units.ts'

/** Whether a page answers 200 within `timeoutMs`. Whatever else happens means no. */
export async function isHealthy(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  timeoutMs: Ms,
): Promise<boolean> {
  const dispatcher = new Agent({ allowH2: false })
  try {
    const { statusCode } = await request(url + path, {
      headers: { ...headers },
      dispatcher,
      signal: AbortSignal.timeout(timeoutMs),
    })
    return statusCode === 200
  } catch {
    return false
  } finally {
    await dispatcher.destroy()
  }
}
