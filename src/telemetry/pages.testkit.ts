/**
 * Pages of metrics as each server writes them. Constructed: names, labels and layout are those of the sources named
 * below, the numbers are made up. Two scrapes of one server where a test needs what was gained in between.
 */

/** vLLM 0.4.1, prometheus_client. */
export const VLLM_041 = `# HELP vllm:cache_config_info information of cache_config
# TYPE vllm:cache_config_info gauge
vllm:cache_config_info{block_size="16",cache_dtype="auto",sliding_window="None"} 1.0
# HELP vllm:num_requests_running Number of requests currently running on GPU.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{model_name="meta-llama/Meta-Llama-3-8B-Instruct"} 92.0
# HELP vllm:num_requests_swapped Number of requests swapped to CPU.
# TYPE vllm:num_requests_swapped gauge
vllm:num_requests_swapped{model_name="meta-llama/Meta-Llama-3-8B-Instruct"} 0.0
# HELP vllm:num_requests_waiting Number of requests waiting to be processed.
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{model_name="meta-llama/Meta-Llama-3-8B-Instruct"} 323.0
# HELP vllm:gpu_cache_usage_perc GPU KV-cache usage. 1 means 100 percent usage.
# TYPE vllm:gpu_cache_usage_perc gauge
vllm:gpu_cache_usage_perc{model_name="meta-llama/Meta-Llama-3-8B-Instruct"} 0.9887640449438202
vllm:cpu_cache_usage_perc{model_name="meta-llama/Meta-Llama-3-8B-Instruct"} 0.0
# HELP vllm:prompt_tokens_total Number of prefill tokens processed.
# TYPE vllm:prompt_tokens_total counter
vllm:prompt_tokens_total{model_name="meta-llama/Meta-Llama-3-8B-Instruct"} 213987.0
vllm:generation_tokens_total{model_name="meta-llama/Meta-Llama-3-8B-Instruct"} 199774.0
# TYPE vllm:time_to_first_token_seconds histogram
vllm:time_to_first_token_seconds_bucket{le="0.001",model_name="meta-llama/Meta-Llama-3-8B-Instruct"} 0.0
vllm:time_to_first_token_seconds_bucket{le="0.25",model_name="meta-llama/Meta-Llama-3-8B-Instruct"} 60.0
vllm:time_to_first_token_seconds_bucket{le="0.5",model_name="meta-llama/Meta-Llama-3-8B-Instruct"} 90.0
vllm:time_to_first_token_seconds_bucket{le="+Inf",model_name="meta-llama/Meta-Llama-3-8B-Instruct"} 100.0
vllm:time_to_first_token_seconds_count{model_name="meta-llama/Meta-Llama-3-8B-Instruct"} 100.0
vllm:time_to_first_token_seconds_sum{model_name="meta-llama/Meta-Llama-3-8B-Instruct"} 32.5
vllm:time_per_output_token_seconds_bucket{le="0.05",model_name="meta-llama/Meta-Llama-3-8B-Instruct"} 700.0
vllm:time_per_output_token_seconds_bucket{le="+Inf",model_name="meta-llama/Meta-Llama-3-8B-Instruct"} 1000.0
vllm:time_per_output_token_seconds_count{model_name="meta-llama/Meta-Llama-3-8B-Instruct"} 1000.0
vllm:time_per_output_token_seconds_sum{model_name="meta-llama/Meta-Llama-3-8B-Instruct"} 51.25
vllm:avg_prompt_throughput_toks_per_s{model_name="meta-llama/Meta-Llama-3-8B-Instruct"} 1203.4
vllm:avg_generation_throughput_toks_per_s{model_name="meta-llama/Meta-Llama-3-8B-Instruct"} 1650.2
`

/** vLLM main of May 2026, two engines (data parallel). */
export const VLLM_MAIN = `# HELP python_gc_objects_collected_total Objects collected during gc
# TYPE python_gc_objects_collected_total counter
python_gc_objects_collected_total{generation="0"} 15432.0
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="m"} 30.0
vllm:num_requests_running{engine="1",model_name="m"} 28.0
vllm:num_requests_waiting{engine="0",model_name="m"} 4.0
vllm:num_requests_waiting{engine="1",model_name="m"} 0.0
vllm:num_requests_waiting_by_reason{engine="0",model_name="m",reason="capacity"} 4.0
vllm:num_requests_waiting_by_reason{engine="0",model_name="m",reason="deferred"} 0.0
vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.93
vllm:kv_cache_usage_perc{engine="1",model_name="m"} 0.41
vllm:num_preemptions_total{engine="0",model_name="m"} 7.0
vllm:num_preemptions_total{engine="1",model_name="m"} 0.0
vllm:prompt_tokens_total{engine="0",model_name="m"} 1000.0
vllm:prompt_tokens_total{engine="1",model_name="m"} 500.0
vllm:generation_tokens_total{engine="0",model_name="m"} 800.0
vllm:generation_tokens_total{engine="1",model_name="m"} 700.0
vllm:prefix_cache_queries_total{engine="0",model_name="m"} 1000.0
vllm:prefix_cache_hits_total{engine="0",model_name="m"} 256.0
vllm:request_success_total{engine="0",finished_reason="length",model_name="m"} 10.0
vllm:time_to_first_token_seconds_bucket{engine="0",le="0.25",model_name="m"} 4.0
vllm:time_to_first_token_seconds_bucket{engine="0",le="+Inf",model_name="m"} 8.0
vllm:time_to_first_token_seconds_count{engine="0",model_name="m"} 8.0
vllm:time_to_first_token_seconds_sum{engine="0",model_name="m"} 3.2
vllm:time_to_first_token_seconds_bucket{engine="1",le="0.25",model_name="m"} 2.0
vllm:time_to_first_token_seconds_bucket{engine="1",le="+Inf",model_name="m"} 2.0
vllm:time_to_first_token_seconds_count{engine="1",model_name="m"} 2.0
vllm:time_to_first_token_seconds_sum{engine="1",model_name="m"} 0.3
vllm:request_queue_time_seconds_count{engine="0",model_name="m"} 10.0
vllm:request_queue_time_seconds_sum{engine="0",model_name="m"} 2.0
vllm:request_prefill_time_seconds_count{engine="0",model_name="m"} 10.0
vllm:request_prefill_time_seconds_sum{engine="0",model_name="m"} 1.2
vllm:request_decode_time_seconds_count{engine="0",model_name="m"} 10.0
vllm:request_decode_time_seconds_sum{engine="0",model_name="m"} 40.0
vllm:inter_token_latency_seconds_count{engine="0",model_name="m"} 1000.0
vllm:inter_token_latency_seconds_sum{engine="0",model_name="m"} 40.0
vllm:request_time_per_output_token_seconds_count{engine="0",model_name="m"} 10.0
vllm:request_time_per_output_token_seconds_sum{engine="0",model_name="m"} 0.4
vllm:e2e_request_latency_seconds_count{engine="0",model_name="m"} 10.0
vllm:e2e_request_latency_seconds_sum{engine="0",model_name="m"} 45.0
`

/** lmdeploy 0.16.0. */
export const LMDEPLOY_016 = `lmdeploy:num_requests_running{engine="0",model_name="m"} 64.0
lmdeploy:num_requests_waiting{engine="0",model_name="m"} 12.0
lmdeploy:num_api_requests_routed{engine="0",model_name="m"} 76.0
lmdeploy:gpu_cache_usage_perc{engine="0",model_name="m"} 0.87
lmdeploy:prefix_cache_hit_rate{engine="0",model_name="m"} 0.1
lmdeploy:prompt_tokens_total{engine="0",model_name="m"} 5000.0
lmdeploy:generation_tokens_total{engine="0",model_name="m"} 4000.0
lmdeploy:cached_tokens_total{engine="0",model_name="m"} 512.0
lmdeploy:time_to_first_token_seconds_count{engine="0",model_name="m"} 20.0
lmdeploy:time_to_first_token_seconds_sum{engine="0",model_name="m"} 4.0
lmdeploy:time_per_output_token_seconds_count{engine="0",model_name="m"} 4000.0
lmdeploy:time_per_output_token_seconds_sum{engine="0",model_name="m"} 120.0
lmdeploy:iter_token_latency_count{engine="0",model_name="m"} 4000.0
lmdeploy:iter_token_latency_sum{engine="0",model_name="m"} 120.0
lmdeploy:request_queue_time_seconds_count{engine="0",model_name="m"} 20.0
lmdeploy:request_queue_time_seconds_sum{engine="0",model_name="m"} 1.0
`

/** Triton 2.45 with tensorrtllm_backend 0.9.0, port 8002. */
export const TRITON = `# HELP nv_inference_request_success Number of successful inference requests, all batch sizes
# TYPE nv_inference_request_success counter
nv_inference_request_success{model="ensemble",version="1"} 12
# HELP nv_trt_llm_request_metrics TRT LLM request metrics
# TYPE nv_trt_llm_request_metrics gauge
nv_trt_llm_request_metrics{model="tensorrt_llm",request_type="context",version="1"} 1
nv_trt_llm_request_metrics{model="tensorrt_llm",request_type="scheduled",version="1"} 60
nv_trt_llm_request_metrics{model="tensorrt_llm",request_type="max",version="1"} 64
nv_trt_llm_request_metrics{model="tensorrt_llm",request_type="active",version="1"} 75
nv_trt_llm_runtime_memory_metrics{memory_type="gpu",model="tensorrt_llm",version="1"} 1610236
nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type="tokens_per",model="tensorrt_llm",version="1"} 64
nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type="used",model="tensorrt_llm",version="1"} 300
nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type="free",model="tensorrt_llm",version="1"} 100
nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type="max",model="tensorrt_llm",version="1"} 400
nv_trt_llm_inflight_batcher_metrics{inflight_batcher_specific_metric="paused_requests",model="tensorrt_llm",version="1"} 2
nv_trt_llm_general_metrics{general_type="iteration_counter",model="tensorrt_llm",version="1"} 18121
`

/** trtllm-serve, \`/prometheus/metrics\`. */
export const TRTLLM_SERVE = `trtllm_num_requests_running{engine_type="trtllm",model_name="m"} 16.0
trtllm_num_requests_waiting{engine_type="trtllm",model_name="m"} 3.0
trtllm_num_paused_requests{engine_type="trtllm",model_name="m"} 1.0
trtllm_kv_cache_utilization{engine_type="trtllm",model_name="m"} 0.5
trtllm_prompt_tokens_total{engine_type="trtllm",model_name="m"} 900.0
trtllm_generation_tokens_total{engine_type="trtllm",model_name="m"} 800.0
trtllm_time_per_output_token_seconds_count{engine_type="trtllm",model_name="m"} 4.0
trtllm_time_per_output_token_seconds_sum{engine_type="trtllm",model_name="m"} 0.1
trtllm_request_queue_time_seconds_count{engine_type="trtllm",model_name="m"} 4.0
trtllm_request_queue_time_seconds_sum{engine_type="trtllm",model_name="m"} 2.0
`

/** trtllm-serve, \`/metrics\`: what happened since somebody asked last. */
export const TRTLLM_ITERATIONS = JSON.stringify([
  { iter: 41, numActiveRequests: 9, numQueuedRequests: 2 },
  {
    iter: 42,
    iterLatencyMS: 17.5,
    gpuMemUsage: 22_000_000_000,
    numActiveRequests: 10,
    numQueuedRequests: 5,
    kvCacheStats: { usedNumBlocks: 120, maxNumBlocks: 160, tokensPerBlock: 32 },
    inflightBatchingStats: { numScheduledRequests: 8, numPausedRequests: 1, numGenRequests: 7 },
  },
])

/** mlc-llm of July 2026: tabs, and labels without quotes. */
export const MLC_MAIN = `engine_prefill_time_sum\t1.25
engine_decode_time_sum\t20.5
prompt_tokens_sum\t3000
completion_tokens_sum\t2500
prefill_tokens_per_s\t2400.5
decode_tokens_per_s\t121.9
decode_time_by_batch_size_mean{batch_size=1}\t0.0125
decode_time_by_batch_size_mean{batch_size=2}\t0.014
last_finished_request_ttft_s\t0.19
`

/** SGLang of August 2026, \`--enable-metrics\`. */
export const SGLANG = `sglang:num_running_reqs{model_name="m"} 40.0
sglang:num_queue_reqs{model_name="m"} 11.0
sglang:token_usage{model_name="m"} 0.42
sglang:num_used_tokens{model_name="m"} 123859.0
sglang:gen_throughput{model_name="m"} 912.5
sglang:num_paused_reqs{model_name="m"} 0.0
sglang:prompt_tokens_total{model_name="m"} 7000.0
sglang:generation_tokens_total{model_name="m"} 6000.0
sglang:cached_tokens_total{model_name="m"} 128.0
sglang:num_retracted_requests_total{model_name="m"} 3.0
sglang:queue_time_seconds_count{model_name="m"} 5.0
sglang:queue_time_seconds_sum{model_name="m"} 0.5
sglang:inter_token_latency_seconds_count{model_name="m"} 600.0
sglang:inter_token_latency_seconds_sum{model_name="m"} 6.0
`

/** llama.cpp of 2026, \`--metrics\`: no labels at all. */
export const LLAMACPP = `# HELP llamacpp:prompt_tokens_total Number of prompt tokens processed.
# TYPE llamacpp:prompt_tokens_total counter
llamacpp:prompt_tokens_total 120
llamacpp:prompt_seconds_total 1.5
llamacpp:tokens_predicted_total 90
llamacpp:n_decode_total 95
llamacpp:n_busy_slots_per_decode 1.2
llamacpp:prompt_tokens_seconds 80
llamacpp:predicted_tokens_seconds 31.5
llamacpp:kv_cache_usage_ratio 0.25
llamacpp:requests_processing 4
llamacpp:requests_deferred 6
`

/** TGI 3.3.7, metrics-exporter-prometheus. */
export const TGI = `# TYPE tgi_request_count counter
tgi_request_count 31
# TYPE tgi_batch_current_size gauge
tgi_batch_current_size 24
# TYPE tgi_queue_size gauge
tgi_queue_size 9
tgi_batch_current_max_tokens 16000
# TYPE tgi_request_queue_duration histogram
tgi_request_queue_duration_bucket{le="0.1"} 2
tgi_request_queue_duration_bucket{le="+Inf"} 4
tgi_request_queue_duration_sum 1.6
tgi_request_queue_duration_count 4
tgi_request_duration_sum 12
tgi_request_duration_count 4
tgi_request_mean_time_per_token_duration_sum 0.16
tgi_request_mean_time_per_token_duration_count 4
tgi_request_generated_tokens_sum 512
tgi_request_generated_tokens_count 4
tgi_request_input_length_sum 1024
tgi_request_input_length_count 4
`
