import { readFileSync } from 'node:fs'
import * as z from 'zod'
import type { TlsOptions } from '../client/tls.ts'
import { BenchError } from '../base/errors.ts'
import { text } from '../base/options.ts'
import { shownUrl } from '../base/secrets.ts'

/** How to check a server's certificate otherwise than Node does. */
export interface TlsChoice {
  /** The authorities to trust instead of Node's: a PEM file, or its text. */
  readonly ca?: string
  /** Take any certificate. Stands as a warning next to every number. */
  readonly insecure?: true
}

/** What `tls` may be. */
export const TlsChoiceOptions = z.strictObject(
  {
    ca: text.optional(),
    insecure: z.literal(true, 'true, or left out').optional(),
  } satisfies Record<keyof TlsChoice, z.ZodType>,
  'an object: { ca } or { insecure: true }',
)

/** Reads the certificates. Throws BenchError `bad-target` on a file that cannot be read or holds none. */
export function readTlsChoice({ ca, insecure }: TlsChoice): TlsOptions {
  return {
    ...(ca === undefined ? {} : { ca: isPem(ca) ? ca : readPem(ca) }),
    ...(insecure === true ? { rejectUnauthorized: false } : {}),
  }
}

const isPem = (text: string): boolean => text.includes('-----BEGIN CERTIFICATE-----')

/** Somebody may have given the text of a key. */
function shownFile(file: string): string {
  return file.includes('\n') ? 'the text that was given' : shownUrl(file)
}

function readPem(file: string): string {
  let text = ''
  let reason = 'there is no certificate in it'
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message
  }
  if (isPem(text)) return text
  throw new BenchError(`The certificates of \`tls.ca\` cannot be read from ${shownFile(file)} (${reason}).`, {
    code: 'bad-target',
    remedy: 'Give a PEM file of the authority, by a path from the working directory, or its text.',
  })
}
