import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { packagedFile } from '../../src/base/package-info.ts'

/** The tables of the study that this tool's own comparison repeats, as printed. */
export const PublishedStudy = z.object({
  title: z.string(),
  date: z.string(),
  hardware: z.object({ gpu: z.string() }),
  model: z.string(),
  frameworks: z.array(z.object({ framework: z.string(), version: z.string() })),
  rows: z.array(
    z.object({
      framework: z.string(),
      version: z.string(),
      variant: z.string(),
      requestRate: z.number(),
      numPrompts: z.number(),
      durationSec: z.number(),
      totalInputTokens: z.number(),
      totalOutputTokens: z.number(),
      requestThroughput: z.number(),
      inputThroughput: z.number(),
      outputThroughput: z.number(),
      p50Ttft: z.number(),
      p90Ttft: z.number(),
      p99Ttft: z.number(),
      p50Tpot: z.number(),
      p90Tpot: z.number(),
      p99Tpot: z.number(),
    }),
  ),
  /** What is odd about the printed numbers. */
  notes: z.array(z.string()),
})
export type PublishedStudy = z.infer<typeof PublishedStudy>
export type PublishedRow = PublishedStudy['rows'][number]

/** Reads the study that comes with the package. */
export function readPublishedStudy(): PublishedStudy {
  const file = packagedFile('fixtures/published/rtx3090-llama3-8b-2024-05.json')
  return PublishedStudy.parse(JSON.parse(readFileSync(file, 'utf8')))
}
