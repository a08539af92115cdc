import { describeServing, expect, lmdeploy } from '../src/index.ts'
import { interactive } from './interactive.ts'
import { STUDY_RATES, studyLoad } from './study-load.ts'

// The study's finding: interactive up to 5 requests/s; at 8 it still keeps up, with a tail of seconds.
describeServing(
  'Meta-Llama-3-8B-Instruct on one RTX 3090',
  {
    targets: [lmdeploy()],
    requestRates: STUDY_RATES,
    load: studyLoad,
    slo: ({ requestRate }) =>
      requestRate <= 5 ? interactive : { ttft: { p50: 400 }, errorRate: 0, requestThroughput: { min: 6.5 } },
  },
  (run, { requestRate }) => {
    if (requestRate <= 5) expect(run).not.toBeSaturated()
  },
)
