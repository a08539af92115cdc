/**
 * What of all that a user gives to a server may stand in a report.
 *
 * Whatever a header, a variable of a launch, an argument or a URL holds is a secret unless it is known to be none: nobody
 * can list the names under which people keep their keys. What is known to be none, and why:
 *
 * - values under the names below: a port, a dtype or the name of a model is what a report is about;
 * - numbers, versions, dates, addresses of hosts, sizes: a log without its numbers explains nothing;
 * - words of at most 7 letters (`server`, `cuda`, `auto`), also some of them joined to at most 12: they are parts of other
 *   texts, and masking them would spoil those;
 * - sentences, paths, repository names, lists and JSON as a whole: only what in them is a secret by itself;
 * - values of fewer than 4 characters, which protect nothing.
 *
 * Under a name that says that its value is a secret only that last rule holds, and what people write where a key must stand
 * and none is needed (`EMPTY`).
 */

/** Secret anywhere in a name: `MY_AUTH`, `x-auth-user`, `PGPASSWORD`, `ssl-keyfile-password`. */
const SECRET_WORD = /(auth|authori[sz]ation|secrets?|password|passwd|passphrase|credentials?|cookies?)(?=-|$)/
/** Secret at the end of a name: `hf-token`, but not `stop-token-ids`; `apiKey`, but not `key-value-store`. */
const SECRET_END = /(token|keys?|key-id|signature|bearer|jwt|(^|-)(pass|pwd|pw|dsn|sig|pin|webhook))$/

const HARMLESS_HEADERS: ReadonlySet<string> = new Set(
  'accept accept-encoding accept-language anthropic-version cache-control connection content-encoding content-language content-type date host openai-beta openai-version origin prefer priority te user-agent'.split(
    ' ',
  ),
)

/** Names of flags and variables, in small letters with hyphens: where a server listens, what it serves, on what and how. */
const HARMLESS_NAMES: ReadonlySet<string> = new Set(
  [
    'host hostname port server-name server-port http-address http-port metrics-port ollama-host api-version',
    'm tokenizer revision chat-template model-repository download-dir hf-home hf-hub-cache served-model-name model-name model-id',
    'device devices cuda-visible-devices nvidia-visible-devices quantization seed role mode backend backend-config config',
    'tool-call-parser reasoning-parser distributed-executor-backend vllm-attention-backend vllm-worker-multiproc-method nccl-debug',
    'path python-path pythonpath ld-library-path home root user shell lang pwd tmpdir',
  ].flatMap((line) => line.split(' ')),
)
/** Harmless at the end of these names: `--kv-cache-dtype`, `--log-level`, `MODEL_DIR`, `NODE_ENV`, `--max-model-len`. */
const HARMLESS_END =
  /(^|-)(env|environment|models?|model-path|dtype|format|level|size|length|len|dir|directory|ms|seconds|version|mode|type|policy)$/

/** What people write where a key must stand and none is needed. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  'empty',
  'none',
  'null',
  'undefined',
  'dummy',
  'fake',
  'test',
  'token',
  'unused',
  'not-needed',
  'no-key-required',
  'sk-no-key-required',
  'lm-studio',
  'ollama',
  'vllm',
  'sglang',
  'lmdeploy',
  'openai',
])

const SHORTEST_SECRET = 4

/** What a name says of its value. */
export type Confidence = 'secret' | 'unknown' | 'harmless'

/** How the name of a header, a variable, a flag (with or without its hyphens) or a field judges its value. */
export function confidenceOf(name: string, kind: 'header' | 'other' = 'other'): Confidence {
  const plain = name
    .replace(/^-+/, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/[_.\s]+/g, '-')
    .toLowerCase()
  if (SECRET_WORD.test(plain) || SECRET_END.test(plain)) return 'secret'
  const isKnown =
    kind === 'header' ? HARMLESS_HEADERS.has(plain) : HARMLESS_NAMES.has(plain) || HARMLESS_END.test(plain)
  return isKnown ? 'harmless' : 'unknown'
}

/** Whether one value, no list and no sentence, may be shown under a name of that confidence. */
export function isHarmless(value: string, confidence: Confidence): boolean {
  if (value.length < SHORTEST_SECRET || PLACEHOLDERS.has(value.toLowerCase())) return true
  if (confidence === 'secret') return false
  return confidence === 'harmless' ? !looksLikeKey(value) : NUMBER.test(value) || HOST.test(value) || isWord(value)
}

/** `0.9`, `0,1`, `2024-06-01`, `1.2.3`, `8GiB`, `127.0.0.1:8000`. */
const NUMBER = /^[+-]?\d[\d.,:_-]*[a-z]{0,3}$/i
const HOST = /^(localhost|\[[\da-f:]+\])(:\d+)?$/i

function isWord(value: string): boolean {
  return value.length <= 12 && /^[a-z]{1,7}([-_.][a-z]{1,7})*$/i.test(value)
}

const KEY_PREFIX = /^(sk|pk|rk|hf|gsk|xai|ghp|gho|ghs|glpat|nvapi|AKIA|ASIA|xox[a-z])[-_A-Z0-9]/
/** What mixes letters and digits is a key when it is `LONG`, or when it is `CHANGEFUL` and goes from one to the other so often. */
const LONG = 16
const CHANGEFUL = 10
const CHANGES = 3

/**
 * Whether a part of a path or of a sentence looks like a key: it begins as keys of well-known services do, it calls itself
 * one, or one of its runs of letters and digits has both and is 16 characters long, or 10 and changes between the two three
 * times. `Meta-Llama-3-8B-Instruct` does not, `5f3a9c1e7b2d` does. A key of words only cannot be told from a name.
 */
export function looksLikeKey(text: string): boolean {
  if (KEY_PREFIX.test(text) && text.length >= LONG) return true
  if (text.length >= CHANGEFUL && /secret|passw|credential|api-?key/i.test(text) && /\d/.test(text)) return true
  return (text.match(/[a-z\d]+/gi) ?? []).some((run) => {
    if (!/\d/.test(run) || !/[a-z]/i.test(run)) return false
    const changes = (run.match(/[a-z](?=\d)|\d(?=[a-z])/gi) ?? []).length
    return run.length >= LONG || (run.length >= CHANGEFUL && changes >= CHANGES)
  })
}

/**
 * Whether a text that might be a path is rather base64: it has no other characters, and its runs of letters of one case
 * (after a capital) and of digits are short. `/opt/models/LlamaGuard` has long ones.
 */
export function looksLikeBase64(text: string): boolean {
  if (text.length < LONG || !/^[a-z\d+/]+$/i.test(text)) return false
  const runs = text.match(/[A-Z]?[a-z]+|[A-Z]+|\d+/g) ?? []
  return text.length < runs.length * LONGEST_MEAN_RUN
}
const LONGEST_MEAN_RUN = 3.5
