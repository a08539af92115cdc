import { describeServing, expect, mlcLlm } from '../src/index.ts'
import { interactive } from './interactive.ts'
import { STUDY_RATES, studyLoad } from './study-load.ts'

// The study's finding: interactive at 1 and 2 requests/s, the lowest TPOT of all at 1; at 5 requests queue for seconds.
describeServing(
  'Meta-Llama-3-8B-Instruct on one RTX 3090',
  {
    targets: [mlcLlm()],
    requestRates: STUDY_RATES,
    load: studyLoad,
    slo: ({ requestRate }) => (requestRate <= 2 ? interactive : { errorRate: 0 }),
  },
  (run, { requestRate }) => {
    if (requestRate >= 5) expect(run).toBeSaturated()
    else expect(run).not.toBeSaturated()
  },
)
