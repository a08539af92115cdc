export { judgePercentile, type PercentileObjective, type PercentileVerdict } from './judge-percentile.ts'
