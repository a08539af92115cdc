import { describeServing, expect, vllm } from '../src/index.ts'
import { interactive } from './interactive.ts'
import { STUDY_RATES, studyLoad } from './study-load.ts'

// The study's finding: interactive up to 5 requests/s; at 8 hundreds of requests pend and the first token takes 25 s.
describeServing(
  'Meta-Llama-3-8B-Instruct on one RTX 3090',
  {
    targets: [vllm()],
    requestRates: STUDY_RATES,
    load: studyLoad,
    slo: ({ requestRate }) => (requestRate <= 5 ? interactive : { errorRate: 0 }),
  },
  (run, { requestRate }) => {
    if (requestRate === 8) expect(run).toBeSaturated()
    else expect(run).not.toBeSaturated()
  },
)
