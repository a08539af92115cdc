import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { BenchError } from '../base/errors.ts'
import { EngineProfile } from './profile.ts'

/**
 * Reads an engine's profile from a JSON file. Examples are in `fixtures/profiles/`.
 *
 * Throws BenchError `bad-profile` where there is no such file, no JSON in it, or no profile, with every field that is
 * wrong.
 */
export function readProfileFile(path: string): EngineProfile {
  const parsed = EngineProfile.safeParse(parseJson(readText(path), path))
  if (parsed.success) return parsed.data
  throw new BenchError(`${path} is not the profile of an engine.\n${z.prettifyError(parsed.error)}\n`, {
    code: 'bad-profile',
    remedy: 'Correct these fields; the files of fixtures/profiles/ are examples.',
  })
}

/** A profile as it stands in its file. */
export function profileText(profile: EngineProfile): string {
  return `${JSON.stringify(profile, null, 2)}\n`
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new BenchError(`Cannot read the profile ${path} (${(cause as NodeJS.ErrnoException).code}).`, {
      code: 'bad-profile',
      remedy: 'Give the path of a JSON file with the profile of an engine.',
      cause,
    })
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new BenchError(`${path} is not JSON: ${(cause as Error).message}.`, {
      code: 'bad-profile',
      remedy: 'Correct the file, or write it again.',
      cause,
    })
  }
}
