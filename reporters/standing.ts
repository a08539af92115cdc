import type { Progress as LoadProgress } from '../src/load/progress.ts'
import type { Progress } from './progress.ts'

/** How far a load is. What is left is guessed from the pace of sending, which the schedule sets, and at the end from that of the answers. */
export function standing(progress: LoadProgress): Omit<Progress, 'name' | 'position'> {
  const { sent, total, elapsedMs } = progress
  const done = progress.completed + progress.failed
  const paced = sent < total ? sent : done
  return { ...progress, done, etaMs: paced === 0 ? null : (elapsedMs / paced) * (total - paced) }
}
