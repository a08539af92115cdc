import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
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
  /** Our own certificate with its chain, for a server that asks for one: a PEM file, or its text. Needs `key`. */
  readonly cert?: string
  /** Its private key: a PEM file, or its text. */
  readonly key?: string
  /** Of an encrypted key. */
  readonly passphrase?: string
}

/** What `tls` may be. */
export const TlsChoiceOptions = z.strictObject(
  {
    ca: text.optional(),
    insecure: z.literal(true, 'true, or left out').optional(),
    cert: text.optional(),
    key: text.optional(),
    passphrase: text.optional(),
  } satisfies Record<keyof TlsChoice, z.ZodType>,
  'an object: { ca }, { insecure: true } or { cert, key }',
)

/** Reads the certificates. Throws BenchError `bad-target` on a file that cannot be read or holds none, and on a key that does not fit. */
export function readTlsChoice({ ca, insecure, cert, key, passphrase }: TlsChoice): TlsOptions {
  if ((cert === undefined) !== (key === undefined) || (passphrase !== undefined && key === undefined)) {
    throw new BenchError('A client certificate is not whole.', {
      code: 'bad-target',
      remedy: 'Give both `cert` and `key` in `tls`, and `passphrase` where the key is encrypted.',
    })
  }
  const own = {
    ...(cert === undefined ? {} : { cert: readPem('cert', cert, 'CERTIFICATE') }),
    ...(key === undefined ? {} : { key: readPem('key', key, 'PRIVATE KEY') }),
    ...(passphrase === undefined ? {} : { passphrase }),
  }
  checkPair(own)
  return {
    ...(ca === undefined ? {} : { ca: readPem('ca', ca, 'CERTIFICATE') }),
    ...(insecure === true ? { rejectUnauthorized: false } : {}),
    ...own,
  }
}

/** OpenSSL says what is wrong before any server is asked. */
function checkPair(own: TlsOptions): void {
  try {
    createSecureContext(own)
  } catch (error) {
    throw new BenchError(`\`tls.cert\` and \`tls.key\` cannot be used (${(error as Error).message}).`, {
      code: 'bad-target',
      remedy: 'Give the key of this certificate, and its `passphrase` where it is encrypted.',
    })
  }
}

/** Somebody may have given the text of a key. */
function shownFile(file: string): string {
  return file.includes('\n') ? 'the text that was given' : shownUrl(file)
}

/** A PEM text as it is, or that of a file. Keys have other words before `PRIVATE KEY`. */
function readPem(option: string, given: string, what: 'CERTIFICATE' | 'PRIVATE KEY'): string {
  const isPem = (text: string): boolean => new RegExp(`-----BEGIN [A-Z ]*${what}-----`).test(text)
  if (isPem(given)) return given
  const name = what.toLowerCase()
  let text = ''
  let reason = `there is no ${name} in it`
  try {
    text = readFileSync(given, 'utf8')
  } catch (error) {
    reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message
  }
  if (isPem(text)) return text
  throw new BenchError(`The ${name} of \`tls.${option}\` cannot be read from ${shownFile(given)} (${reason}).`, {
    code: 'bad-target',
    remedy: 'Give a PEM file, by a path from the working directory, or its text.',
  })
}
