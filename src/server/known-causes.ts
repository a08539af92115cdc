import { CAUSES, CONSEQUENCES } from '../frameworks/catalog.ts'
import type { Cause } from '../frameworks/framework.ts'
import { validationError } from './validation-error.ts'

/** Why a server died, as far as its log tells. */
export interface KnownCause {
  /** The line that gave it away, or what several of them say. */
  readonly line: string
  /** What it means and what to do, in one or two sentences. */
  readonly hint: string
}

interface Row extends Cause {
  /** What the lines around the one that matches say together; absent where that one says it all. */
  readonly tell?: (lines: readonly string[], at: number) => string
}

/** What servers of several frameworks print when they die, most telling first. */
const COMMON: readonly Row[] = [
  {
    pattern: /OutOfMemoryError|(CUDA|HIP) (runtime )?(error: )?out of memory|cudaErrorMemoryAllocation/i,
    hint: 'The GPU has too little free memory. See whether another process holds some (nvidia-smi), or ask for less: a lower share of memory, a shorter context, fewer sequences at a time, a smaller or quantised model.',
  },
  {
    // vLLM from 0.9 on checks its configuration with pydantic; SGLang and others check theirs alike.
    pattern: /\d+ validation errors? for \w+/,
    hint: 'The server refuses its configuration: change the argument of `launch` that sets this.',
    tell: validationError,
  },
  {
    pattern: /address already in use|EADDRINUSE|couldn't bind HTTP server socket|failed to bind/i,
    hint: 'The port is taken. Leave `port` out, so that a free one is found, or stop what listens there.',
  },
  {
    pattern:
      /NVIDIA driver on your system is too old|CUDA driver version is insufficient|no kernel image is available/i,
    hint: 'This build does not fit the GPU or its driver. Install a newer driver, or a build for this CUDA version and GPU.',
  },
  {
    pattern: /No CUDA GPUs are available|no CUDA-capable device|Found no NVIDIA driver|Failed to infer device type/i,
    hint: 'No GPU was found. Check nvidia-smi, CUDA_VISIBLE_DEVICES and, in a container, --gpus.',
  },
  {
    pattern:
      /unrecognized arguments?|No such option|unexpected argument|invalid argument: |unknown (argument|flag|option)|unknown shorthand flag/i,
    hint: 'This version of the server does not know one of the arguments. Compare `launch` with its --help.',
  },
  {
    pattern:
      /is not a local folder and is not a valid model identifier|RepositoryNotFoundError|Repository Not Found|does not appear to have a file named|failed to load model|failed to open GGUF file|model .*not found, try pulling it first|Cannot find model|Path .* does not exist|failed to poll .* model repository/i,
    hint: 'The model was not found, or is none. Check its name or path in `launch`, and the access to where it is downloaded from.',
  },
  {
    pattern: /gated repo|GatedRepoError|401 Client Error|Access to model .* is restricted/i,
    hint: 'The model may only be downloaded with an account that was granted access. Pass HF_TOKEN in the environment or in `launch.env`.',
  },
  {
    pattern: /No space left on device/i,
    hint: 'A disk is full: most often the one of the model cache (HF_HOME) or of the temporary files.',
  },
  {
    pattern: /ModuleNotFoundError|No module named|cannot open shared object file/,
    hint: 'Something that the server needs is not installed here. Start the bench in its virtual environment, or name its program with the whole path.',
  },
]

/**
 * All of them: a line of an earlier row is preferred to a later line of the log, because the cause comes before its
 * consequences, and what only one framework prints tells more than what many do.
 */
export const KNOWN_CAUSES: readonly Row[] = [...CAUSES, ...COMMON, ...CONSEQUENCES]

/** The cause that the log gives away, if it is a known one. */
export function findCause(lines: readonly string[]): KnownCause | null {
  for (const { pattern, hint, tell } of KNOWN_CAUSES) {
    const at = lines.findLastIndex((text) => pattern.test(text))
    const line = lines[at]
    if (line !== undefined) return { line: tell?.(lines, at) ?? line.trim(), hint }
  }
  return null
}
