import { validationError } from './validation-error.ts'

/** Why a server died, as far as its log tells. */
export interface KnownCause {
  /** The line that gave it away, or what several of them say. */
  readonly line: string
  /** What it means and what to do, in one or two sentences. */
  readonly hint: string
}

/**
 * What servers print when they die, most telling first: a line of an earlier row is preferred to a later line of the log,
 * because the cause comes before its consequences.
 */
export const KNOWN_CAUSES: readonly {
  readonly pattern: RegExp
  readonly hint: string
  /** What the lines around the one that matches say together; absent where that one says it all. */
  readonly tell?: (lines: readonly string[], at: number) => string
}[] = [
  {
    // vLLM, before and after 0.5.
    pattern: /No available memory for the cache blocks/i,
    hint: 'vLLM has no memory left for its KV cache once the weights are loaded. Raise --gpu-memory-utilization, or take a smaller or quantised model or a GPU with more memory.',
  },
  {
    pattern:
      /larger than the maximum number of tokens that can be stored in KV cache|To serve at least one request with the model's max seq len/i,
    hint: "The KV cache cannot hold one request of the model's whole context. Lower --max-model-len, or raise --gpu-memory-utilization.",
  },
  {
    // mlc-llm: the engine's thread dies of it, its HTTP server stays up (mlc-llm#2243).
    pattern: /TVMError.*Failed to allocate|Failed to allocate \d+ bytes with alignment/i,
    hint: 'mlc-llm ran out of GPU memory; its engine is dead although its HTTP server still accepts requests. Lower --max-batch-size, --max-total-seq-length or --gpu-memory-utilization.',
  },
  {
    pattern: /TVMError/,
    hint: 'The engine of mlc-llm is dead although its HTTP server still accepts requests. Report it with the log.',
  },
  {
    // TensorRT-LLM 0.9 under Triton (TensorRT-LLM#1279).
    pattern: /freeBlockIterator\.has_value\(\)|kvCacheManager\.cpp/,
    hint: 'TensorRT-LLM ran out of KV-cache blocks; Triton stays up, but the model is broken. Raise kv_cache_free_gpu_mem_fraction, or take guaranteed_no_evict as batch_scheduler_policy.',
  },
  {
    // TGI, while it warms up.
    pattern: /Not enough memory to handle \d+ (prefill|total) tokens/i,
    hint: 'TGI cannot hold its largest batch. Lower --max-batch-prefill-tokens, --max-total-tokens or --max-input-tokens.',
  },
  {
    pattern: /OutOfMemoryError|(CUDA|HIP) (runtime )?(error: )?out of memory|cudaErrorMemoryAllocation/i,
    hint: 'The GPU has too little free memory. See whether another process holds some (nvidia-smi), or ask for less: a lower share of memory, a shorter context, fewer sequences at a time, a smaller or quantised model.',
  },
  {
    pattern: /failed to allocate .*buffer|unable to allocate (CUDA|ROCm|Metal|Vulkan|CPU)\w* buffer/i,
    hint: 'llama.cpp found no memory for its weights or its KV cache. Lower -c or -ngl, quantise the cache (-ctk q8_0 -ctv q8_0), or take a smaller model.',
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
  {
    pattern: /EngineDeadError|AsyncEngineDeadError|Background loop has errored/,
    hint: 'The engine of vLLM has died; the reason stands further up in its log.',
  },
]

/** The cause that the log gives away, if it is a known one. */
export function findCause(lines: readonly string[]): KnownCause | null {
  for (const { pattern, hint, tell } of KNOWN_CAUSES) {
    const at = lines.findLastIndex((text) => pattern.test(text))
    const line = lines[at]
    if (line !== undefined) return { line: tell?.(lines, at) ?? line.trim(), hint }
  }
  return null
}
