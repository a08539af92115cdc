import * as z from 'zod'
import { checkOptions, schemaOf, text, texts } from '../base/options.ts'
import type { SimulatedTargetOptions, TargetOptions } from './targets.ts'
import { TlsChoiceOptions } from './tls-choice.ts'

/** Of every target. Which endpoints there are is each framework's own, and `planLaunch` reads the launch. */
const remote = {
  version: text.optional(),
  variant: text.optional(),
  model: text.optional(),
  url: text.optional(),
  apiKey: text.optional(),
  headers: texts.optional(),
  endpoint: text.optional(),
  extraBody: z.record(z.string(), z.unknown().optional(), 'an object of fields').optional(),
  tls: TlsChoiceOptions.optional(),
  metricsUrl: text.optional(),
  launch: z.unknown().optional(),
} as const

const simulated = {
  ...remote,
  profile: z
    .custom<object>(
      (value) => typeof value === 'object' && value !== null && 'scheduler' in value,
      'the profile of an engine, from findProfile() or readProfileFile()',
    )
    .optional(),
  slowdown: z.custom<number>((value) => typeof value === 'number', 'a number').optional(),
} as const

/** `engine`: one that is simulated where nobody says where the server is. `either server`: TensorRT-LLM has two. */
const SCHEMAS = {
  server: schemaOf<TargetOptions>(remote),
  engine: schemaOf<SimulatedTargetOptions>(simulated),
  'either server': z.strictObject({
    ...simulated,
    server: z.enum(['triton', 'trtllm-serve'], '"triton" or "trtllm-serve"').optional(),
  }),
}

/**
 * Throws BenchError `bad-target` for anything that is no option of a target: with `vllm({ Url })`, a simulation would be
 * benched. No value stands in it, for some are credentials.
 */
export function checkTargetOptions(factory: string, options: unknown, kind: keyof typeof SCHEMAS): void {
  checkOptions(options, SCHEMAS[kind], {
    of: `${factory}()`,
    code: 'bad-target',
    example: `${factory}({ url: 'http://localhost:8000' })`,
    confidential: true,
  })
}
