import { basename } from 'node:path'
import * as z from 'zod'
import { BenchError } from '../base/errors.ts'
import { pythonSeed } from '../base/mersenne-twister.ts'
import { checkOptions, schemaOf, text } from '../base/options.ts'
import type { Tokens } from '../base/units.ts'
import { packagedFile } from '../base/package-info.ts'
import { readDatasetFile } from './dataset-file.ts'
import { jsonArrayElements } from './json-array.ts'
import { pythonSample } from './python-sample.ts'
import { checkTokens } from './synthetic.ts'
import { repeatLabel, takeShuffled } from './take-shuffled.ts'
import { loadTokenizer, type Tokenizer } from './tokenizer.ts'
import type { Dataset, PromptRequest, SampleOptions } from './workload.ts'

export interface ShareGptOptions {
  /** `[{"conversations": [{"from": ..., "value": ...}, ...]}, ...]`. By default a small synthetic sample of our own. */
  readonly path?: string
  /** `vllm-0.4.1`: sample as its benchmark client did, and count a beginning-of-text token on both sides as it did. */
  readonly compat?: 'vllm-0.4.1'
  /** What `loadTokenizer` takes. cl100k_base by default; give the model's own for its exact lengths. */
  readonly tokenizer?: string
  /** Ask for answers of this length instead of the length of each reference answer. */
  readonly outputTokens?: Tokens
  /**
   * Let conversations come again where a load asks for more requests than are usable. Default false: such a load is refused. The
   * nonce keeps repeats out of a prefix cache, not out of the mix of lengths. Not with `compat`, whose client never repeated.
   */
  readonly repeat?: boolean
}

/**
 * Conversations in ShareGPT's format: the first turn is the prompt, the length of the second how much to ask for.
 *
 * Dropped, as vLLM does: conversations of one turn; prompts and answers of fewer than 4 tokens (answers of a given
 * `outputTokens` only with `compat`); prompts above 1024 tokens, and pairs above 2048. Without `compat` rows are drawn by
 * the rule of `vllm bench serve` today (take-shuffled.ts), with its very rows for a load with `reusePrompts`. With it, 1.2
 * times as many are drawn, then filtered, then drawn again: the sample of that client at every rate.
 *
 * A path alone is short for `{ path }`. The file is read once for each dataset made. Throws BenchError `bad-dataset` on a
 * file that is missing, malformed, or without enough usable conversations, on an `outputTokens` that is no length, and on
 * `repeat` with `compat`; `bad-tokenizer`.
 */
export function sharegpt(given: string | ShareGptOptions = {}): Dataset {
  const options = typeof given === 'string' ? { path: given } : given
  checkOptions(options, Options, { of: 'sharegpt()', code: 'bad-dataset', example: "sharegpt({ path: 'chats.json' })" })
  const { path, compat, tokenizer: tokenizerName = 'cl100k_base', repeat = false } = options
  if (options.outputTokens !== undefined) checkTokens('outputTokens', options.outputTokens)
  if (repeat && compat !== undefined) throw neverRepeats(compat)
  const name = path === undefined ? 'synthetic sample' : basename(path)
  const rule = compat === undefined ? repeatLabel(repeat) : `, ${compat}`
  let conversations: Promise<readonly Conversation[]> | undefined
  return {
    label: `sharegpt (${name}${rule})`,
    countedBy: basename(tokenizerName),
    async sample(draw) {
      const file = path ?? packagedFile('fixtures/sharegpt-sample.json')
      const [rows, tokenizer] = await Promise.all([
        (conversations ??= readConversations(file)),
        loadTokenizer(tokenizerName),
      ])
      const toRequest = (row: Conversation) => usableRequest(row, tokenizer, options)
      const requests =
        compat === undefined
          ? takeShuffled({ file, rows, toRequest, repeat }, draw)
          : takeVllm041(rows, draw, toRequest, file)
      if (requests.length === 0) throw tooFew(file, `none of its ${rows.length} conversations of two turns is usable`)
      return requests
    },
  }
}

const Options = schemaOf<ShareGptOptions>({
  path: text.optional(),
  compat: z.literal('vllm-0.4.1', '"vllm-0.4.1"').optional(),
  tokenizer: text.optional(),
  outputTokens: z.unknown().optional(),
  repeat: z.boolean().optional(),
})

interface Conversation {
  readonly prompt: string
  readonly answer: string
}

const Row = z.object({ conversations: z.array(z.object({ value: z.string() })) })

async function readConversations(file: string): Promise<readonly Conversation[]> {
  const conversations: Conversation[] = []
  let index = 0
  for (const element of jsonArrayElements(await readDatasetFile(file), file)) {
    const row = Row.safeParse(element)
    if (!row.success) throw withoutText(file, index, row.error)
    const [prompt, answer] = row.data.conversations
    if (prompt !== undefined && answer !== undefined) conversations.push({ prompt: prompt.value, answer: answer.value })
    index++
  }
  return conversations
}

function usableRequest(
  { prompt, answer }: Conversation,
  tokenizer: Tokenizer,
  { compat, outputTokens: asked }: ShareGptOptions,
): PromptRequest | undefined {
  const beginOfText = compat === undefined ? 0 : 1
  const promptTokens = tokenizer.count(prompt) + beginOfText
  const outputTokens = asked ?? tokenizer.count(answer) + beginOfText
  const judgesAnswer = asked === undefined || compat !== undefined
  const tooShort = promptTokens < MIN_TOKENS || (judgesAnswer && outputTokens < MIN_TOKENS)
  const tooLong = promptTokens > MAX_PROMPT_TOKENS || promptTokens + outputTokens > MAX_TOTAL_TOKENS
  return tooShort || tooLong ? undefined : { prompt, promptTokens, outputTokens }
}

const MIN_TOKENS = 4
const MAX_PROMPT_TOKENS = 1024
const MAX_TOTAL_TOKENS = 2048

/** `sample_requests` of vLLM 0.4.1's benchmark_serving.py after `random.seed(seed)`, stream and all: one sample for all rates. */
function takeVllm041(
  rows: readonly Conversation[],
  { count, seed, trialSeed = seed }: SampleOptions,
  toRequest: (row: Conversation) => PromptRequest | undefined,
  file: string,
): PromptRequest[] {
  const random = pythonSeed(trialSeed)
  const candidates = Math.trunc(count * 1.2)
  if (rows.length < candidates) {
    throw tooFew(file, `vLLM 0.4.1 draws ${candidates} of two turns for ${count} requests, and it has ${rows.length}`)
  }
  const usable = pythonSample(random, rows.length, candidates).flatMap((i) => toRequest(rows[i]!) ?? [])
  if (usable.length < count) {
    throw tooFew(file, `of the ${candidates} that vLLM 0.4.1 draws for ${count} requests, ${usable.length} are usable`)
  }
  return pythonSample(random, usable.length, count).map((i) => usable[i]!)
}

function neverRepeats(compat: string): BenchError {
  return new BenchError(`sharegpt() has both compat and repeat: the client of ${compat} never repeated a row.`, {
    code: 'bad-dataset',
    remedy: 'Leave one of them out.',
  })
}

function withoutText(file: string, row: number, cause: unknown): BenchError {
  return new BenchError(`${file}, row ${row}: no conversation with a text in each turn.`, {
    code: 'bad-dataset',
    remedy: 'Give {"conversations": [{"from": "human", "value": "..."}, ...]} with a text in each, or drop the row.',
    cause,
  })
}

function tooFew(file: string, what: string): BenchError {
  return new BenchError(`${file} does not have enough conversations: ${what}.`, {
    code: 'bad-dataset',
    remedy: 'Use a larger file, or ask for fewer; usable are 4 to 1024 tokens in, at least 4 out, up to 2048 in all.',
  })
}
