import { describeServing, expect, tensorrtLlm } from '../src/index.ts'
import { interactive } from './interactive.ts'
import { STUDY_RATES, studyLoad } from './study-load.ts'

// The study lists TensorRT-LLM without a table: this engine is an estimate, and so is what is asserted of it.
describeServing(
  'Meta-Llama-3-8B-Instruct on one RTX 3090',
  {
    targets: [tensorrtLlm()],
    requestRates: STUDY_RATES,
    load: studyLoad,
    slo: ({ requestRate }) => (requestRate <= 5 ? interactive : { errorRate: 0 }),
  },
  (run, { requestRate }) => {
    if (requestRate <= 5) expect(run).not.toBeSaturated()
  },
)
