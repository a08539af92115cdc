import type { LoadGenerator } from '../load/load-generator.ts'
import { loadShapeOf } from '../metrics/load-shape.ts'
import type { RequestRecord } from '../record.ts'
import { MAX_CLIENT_ERROR, type Calibration, type ClientFacts } from '../report.ts'

/** What is known already, by the shape of the load and by what sends it: loads that are alike share one. */
export type Calibrations = Map<string, Calibration>

/**
 * What the client added to the times of a load that it has just sent: measured now, at the number of streams and the event rate
 * which that load had when it was busiest, or known from a load that was alike. Never fails the run: what could not be
 * measured is told.
 */
export async function calibrationFor(
  { generator, transport = 'http', records, maxClientError, calibrations }: CalibratedLoad,
  signal: AbortSignal,
): Promise<Omit<ClientFacts, 'threads' | 'utilisation'>> {
  const maxErrorShare = maxClientError === false ? MAX_CLIENT_ERROR : maxClientError
  const without = (notCalibrated: string): Omit<ClientFacts, 'threads' | 'utilisation'> => ({
    calibration: null,
    notCalibrated,
    maxErrorShare,
  })
  if (generator.calibrate === null) return without('in virtual time no client reads a socket')
  if (maxClientError === false) return without('calibration is switched off')
  if (signal.aborted) return without('the run was cut short')
  const shape = loadShapeOf(records)
  if (shape === null) return without('no output came')
  const key = JSON.stringify({ shape, transport, lanes: generator.lanes })
  try {
    const calibration = calibrations.get(key) ?? (await generator.calibrate(shape, transport, signal))
    calibrations.set(key, calibration)
    return { calibration, notCalibrated: null, maxErrorShare }
  } catch (error) {
    return without(`the calibration failed, ${(error as Error).message}`)
  }
}

interface CalibratedLoad {
  /** What sent it. */
  readonly generator: LoadGenerator
  readonly transport?: ClientFacts['transport']
  readonly records: readonly RequestRecord[]
  /** As in `LoadOptions`. */
  readonly maxClientError: number | false
  readonly calibrations: Calibrations
}
