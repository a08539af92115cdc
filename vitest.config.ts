import { defineConfig } from 'vitest/config'
import { servingBench } from './src/vitest/config.ts'

export default defineConfig({
  plugins: [servingBench()],
  test: {
    watch: false,
    // A slow or busy machine is no failure: tests that depend on time use virtual time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    include: ['{src,reporters,studies}/**/*.test.ts'],
    benchmark: { include: ['bench/**/*.bench.ts'] },
    coverage: { include: ['src/**', 'reporters/**'] },
  },
})
