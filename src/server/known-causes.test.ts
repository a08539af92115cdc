import { expect, test } from 'vitest'
import { findCause, KNOWN_CAUSES } from './known-causes.ts'

/** Lines as the servers print them, and a word of the hint that they must lead to. */
const LOGGED: readonly (readonly [server: string, line: string, hint: RegExp])[] = [
  [
    'vLLM 0.4.1',
    'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.',
    /KV cache once the weights/,
  ],
  [
    'vLLM 0.4.1',
    "ValueError: The model's max seq len (8192) is larger than the maximum number of tokens that can be stored in KV cache (4352). Try increasing `gpu_memory_utilization`",
    /--max-model-len/,
  ],
  [
    'vLLM main',
    "ValueError: To serve at least one request with the model's max seq len (131072), (16.00 GiB KV cache is needed)",
    /--max-model-len/,
  ],
  [
    'mlc-llm',
    'tvm._ffi.base.TVMError: Check failed: (result) is false: Failed to allocate 99121664 bytes with alignment 16 bytes.',
    /although its HTTP server still accepts/,
  ],
  ['mlc-llm', 'Failed to allocate 99121664 bytes with alignment 16 bytes', /ran out of GPU memory/],
  ['mlc-llm', 'TVMError: Check failed: request_ids.size() == batch_size (7 vs. 8)', /engine of mlc-llm is dead/],
  [
    'TensorRT-LLM',
    '[TensorRT-LLM][ERROR] Encountered an error in forward function: [TensorRT-LLM][ERROR] Assertion failed: freeBlockIterator.has_value() (/app/cpp/kvCacheManager.cpp:379)',
    /kv_cache_free_gpu_mem_fraction/,
  ],
  [
    'TGI',
    'Not enough memory to handle 4096 prefill tokens. You need to decrease `--max-batch-prefill-tokens`',
    /--max-batch-prefill-tokens/,
  ],
  [
    'lmdeploy',
    'RuntimeError: [TM][ERROR] CUDA runtime error: out of memory /lmdeploy/src/turbomind/utils/allocator.h:233',
    /nvidia-smi/,
  ],
  ['PyTorch', 'torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 112.00 MiB.', /nvidia-smi/],
  ['PyTorch', 'RuntimeError: CUDA error: out of memory', /nvidia-smi/],
  [
    'llama.cpp',
    'ggml_backend_cuda_buffer_type_alloc_buffer: unable to allocate CUDA0 buffer of size 4403159040',
    /-ngl/,
  ],
  [
    'uvicorn',
    "ERROR:    [Errno 98] error while attempting to bind on address ('127.0.0.1', 8000): address already in use",
    /port is taken/,
  ],
  ['llama.cpp', "main: couldn't bind HTTP server socket, hostname: 127.0.0.1, port: 8080", /port is taken/],
  ['PyTorch', 'RuntimeError: The NVIDIA driver on your system is too old (found version 11040).', /newer driver/],
  ['PyTorch', 'RuntimeError: No CUDA GPUs are available', /CUDA_VISIBLE_DEVICES/],
  ['argparse', 'api_server.py: error: unrecognized arguments: --enable-chunked-prefil', /--help/],
  ['click', 'Error: No such option: --max-batch', /--help/],
  ['clap', "error: unexpected argument '--foo' found", /--help/],
  ['llama.cpp', 'error: invalid argument: --foo', /--help/],
  [
    'transformers',
    "OSError: meta-llama/Lama-3 is not a local folder and is not a valid model identifier listed on 'https://huggingface.co/models'",
    /not found/,
  ],
  ['llama.cpp', "llama_model_load_from_file_impl: failed to load model from 'x.gguf'", /not found/],
  ['Ollama', 'model "llama9" not found, try pulling it first', /not found/],
  ['Hugging Face', 'huggingface_hub.errors.GatedRepoError: 401 Client Error.', /HF_TOKEN/],
  ['any', 'OSError: [Errno 28] No space left on device', /disk is full/],
  ['Python', '/usr/bin/python3: No module named vllm', /virtual environment/],
  ['vLLM 0.12', '1 validation error for ModelConfig', /refuses its configuration/],
  [
    'vLLM 0.4.1',
    'vllm.engine.async_llm_engine.AsyncEngineDeadError: Background loop has errored already.',
    /further up/,
  ],
]

test.for(LOGGED)('%s: %s', ([, line, hint]) => {
  const cause = findCause(['INFO loading weights', line, 'INFO: shutting down'])
  expect(cause?.line).toBe(line)
  expect(cause?.hint).toMatch(hint)
})

// As vLLM 0.10 to 0.12 log them, cut.
test.for<[string, string[], string]>([
  [
    'of the whole model',
    [
      '(APIServer pid=811) pydantic_core._pydantic_core.ValidationError: 1 validation error for ModelConfig',
      "(APIServer pid=811)   Value error, User-specified max_model_len (99999) is greater than the derived max_model_len (max_position_embeddings=2048 or model_max_length=None in model's config.json). [type=value_error, input_value=ArgsKwargs((), {'model': ...}), input_type=ArgsKwargs]",
      '(APIServer pid=811)     For further information visit https://errors.pydantic.dev/2.12/v/value_error',
    ],
    "ModelConfig: User-specified max_model_len (99999) is greater than the derived max_model_len (max_position_embeddings=2048 or model_max_length=None in model's config.json).",
  ],
  [
    'of a field',
    [
      'pydantic_core._pydantic_core.ValidationError: 1 validation error for CacheConfig',
      'gpu_memory_utilization',
      '  Value error, GPU memory utilization must be less than 1.0. Got 1.5. [type=value_error, input_value=1.5, input_type=float]',
    ],
    'CacheConfig.gpu_memory_utilization: GPU memory utilization must be less than 1.0. Got 1.5.',
  ],
  [
    'of a field, in the words of pydantic, beside another',
    [
      '(APIServer pid=7) pydantic_core._pydantic_core.ValidationError: 2 validation errors for ParallelConfig',
      '(APIServer pid=7) tensor_parallel_size',
      '(APIServer pid=7)   Input should be greater than or equal to 1 [type=greater_than_equal, input_value=0, input_type=int]',
      '(APIServer pid=7) pipeline_parallel_size',
    ],
    'ParallelConfig.tensor_parallel_size: Input should be greater than or equal to 1',
  ],
  [
    'over two lines',
    [
      'ValidationError: 1 validation error for ModelConfig',
      "  Value error, No model architectures are specified for 'x'.",
      'See the list of supported models. [type=value_error, input_value={}, input_type=dict]',
    ],
    "ModelConfig: No model architectures are specified for 'x'. See the list of supported models.",
  ],
  [
    'in a log that was cut',
    ['ValidationError: 1 validation error for ModelConfig'],
    'ValidationError: 1 validation error for ModelConfig',
  ],
])('a configuration that pydantic refuses, %s', ([, lines, told]) => {
  const cause = findCause(['INFO loading', ...lines])
  expect(cause?.line).toBe(told)
  expect(cause?.hint).toMatch(/argument of `launch`/)
})

test('every row of the table has a line above', () => {
  const unseen = KNOWN_CAUSES.filter(({ pattern }) => !LOGGED.some(([, line]) => pattern.test(line)))
  expect(unseen).toEqual([])
})

test('the cause is preferred to its consequences, wherever they stand', () => {
  const consequence = 'AsyncEngineDeadError: Background loop has errored already.'
  const cause = 'torch.cuda.OutOfMemoryError: CUDA out of memory.'
  expect(findCause([consequence, cause])?.line).toBe(cause)
  expect(findCause([cause, consequence])?.line).toBe(cause)
})

test('a log of a healthy server gives nothing away', () => {
  expect(
    findCause([
      'INFO 04-26 02:15:11 metrics.py:229] Avg prompt throughput: 1203.4 tokens/s, Running: 92 reqs, Pending: 323 reqs, GPU KV cache usage: 98.9%',
      'INFO:     Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)',
      '# GPU blocks: 2042, # CPU blocks: 2048',
    ]),
  ).toBeNull()
})
