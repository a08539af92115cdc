import { defineConfig } from 'vitest/config'
import { servingBench, type ServingBenchOptions } from './plugin.ts'

/**
 * A whole Vitest config for a project that holds nothing but serving benchmarks:
 *
 *     export default defineServingBench()
 *
 * In a project with a config of its own, add `plugins: [servingBench()]` there instead.
 */
export function defineServingBench(options: ServingBenchOptions = {}): ReturnType<typeof defineConfig> {
  return defineConfig({ plugins: [servingBench(options)], test: { watch: false } })
}

export { servingBench, type ServingBenchOptions }
