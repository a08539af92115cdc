import { createHash } from 'node:crypto'
import { targetLabel } from '../frameworks/target.ts'
import type { TargetFacts } from '../report.ts'

/** What Vitest puts between the titles of suites and test. */
const SEPARATOR = ' > '

type Versioned = Pick<TargetFacts, 'framework' | 'version' | 'variant'>

/**
 * The name of a case without the version of its server: `chat > vllm awq > 2 req/s` for `chat > vllm 0.4.1 awq > 2 req/s`. A new
 * version is the same case. The titles that name the target are those of its label, with this version, with none, or with
 * another one that looks like a version (`0.5.0`, `v0.6.3.post1`); all other titles are the author's, and stay.
 */
export function withoutVersion(name: string, target: Versioned): string {
  const label = targetLabel({ ...target, version: null })
  return name
    .split(SEPARATOR)
    .map((title) => (namesTarget(title, target) ? label : title))
    .join(SEPARATOR)
}

/** The titles of a case that are not its target's. */
export function ownTitles(name: string, target: Versioned): string {
  return name
    .split(SEPARATOR)
    .filter((title) => !namesTarget(title, target))
    .join(SEPARATOR)
}

const VERSION = /^v?\d+\.\d\S*$/

function namesTarget(title: string, target: Versioned): boolean {
  if (title === targetLabel(target) || title === targetLabel({ ...target, version: null })) return true
  const version = title.split(' ')[1] ?? ''
  return VERSION.test(version) && title === targetLabel({ ...target, version })
}

/** A case by what stays when a new version of its server comes. */
export interface CaseIdentity {
  /** `chat > vllm awq > 2 req/s`. */
  readonly name: string
  /** Its suites and test alone: `chat > 2 req/s`. */
  readonly titles: string
  readonly framework: TargetFacts['framework']
  readonly variant: string
  /** Null where nobody knows it. */
  readonly model: string | null
}

/** `titled` is the target as the author wrote it, whose label stands in the titles; the server may have told another version. */
export function caseIdentity(name: string, target: TargetFacts, titled: Versioned): CaseIdentity {
  const { framework, variant, model } = target
  return { name: withoutVersion(name, titled), titles: ownTitles(name, titled), framework, variant, model }
}

/** File systems take 255 bytes; the name of the bench file and `.json` come on top. */
const MOST_BYTES = 180

/**
 * The case as a part of a file name, alike on every system: `chat_-_vllm_awq_Meta-Llama-3-8B_-_2_req-s`. The last part of the
 * model's name stands after framework and variant, and these at the end where no title names them. What file systems dislike
 * becomes a dash, and a name that is too long ends with a hash of the whole.
 */
export function identityFileName({ name, framework, variant, model }: CaseIdentity): string {
  const label = targetLabel({ framework, variant, version: null })
  const whole = [label, model?.split('/').findLast((part) => part !== '')].filter(Boolean).join(' ')
  const titles = name.split(SEPARATOR)
  const named = titles.includes(label) ? titles.map((title) => (title === label ? whole : title)) : [...titles, whole]
  const text = named
    .join(SEPARATOR)
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._ -]+/gu, '-')
    .replace(/\s+/g, '_')
  if (Buffer.byteLength(text) <= MOST_BYTES) return text
  const start = Buffer.from(text)
    .subarray(0, MOST_BYTES)
    .toString()
    .replace(/\uFFFD+$/u, '')
  return `${start}-${createHash('sha256').update(named.join(SEPARATOR)).digest('hex').slice(0, 8)}`
}
