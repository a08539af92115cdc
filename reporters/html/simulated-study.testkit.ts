import { lmdeploy, mlcLlm, tensorrtLlm, vllm } from '../../src/frameworks/index.ts'
import { REPORT_SCHEMA, type BenchReport, type CaseReport } from '../../src/report.ts'
import { judgeObjectives } from '../../src/case/judge.ts'
import { resolvedCase } from '../../src/case/resolve.testkit.ts'
import { runCase } from '../../src/case/run-case.ts'
import { study } from '../../src/workload/study.ts'

const RATES = [1, 2, 5, 8]
const TARGETS = [vllm(), lmdeploy(), tensorrtLlm(), mlcLlm()]
const SLO = { ttft: { p99: 400 }, tpot: { p90: 110 } }

/** The study's comparison, really run in virtual time: 4 simulated engines at 4 rates. Always the same. */
export async function simulatedStudy({ requestsPerCase }: { readonly requestsPerCase: number }): Promise<BenchReport> {
  const cases: CaseReport[] = []
  for (const target of TARGETS) {
    for (const requestRate of RATES) {
      const run = await runCase(
        resolvedCase({
          name: `Llama 3 8B on one RTX 3090 > ${target.framework} > ${requestRate} req/s`,
          target,
          load: { requestRate, numPrompts: requestsPerCase, dataset: study() },
          slo: SLO,
        }),
        {
          environment: {
            startedAt: '2026-03-02T10:00:00.000Z',
            hostname: 'bench-1',
            cpu: 'AMD EPYC 7B13',
            cores: 16,
            platform: 'linux x64',
            node: 'v24.21.0',
            tool: 'vitest-llm-bench 0.1.0',
          },
          signal: new AbortController().signal,
          onProgress: undefined,
        },
      )
      judgeObjectives(run, SLO, { inconclusive: 'warn', stableRate: null })
      cases.push(run.report)
    }
  }
  return { schema: REPORT_SCHEMA, cases, failedCases: [], falseFailChance: 0 }
}
