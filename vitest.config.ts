import { defineConfig } from 'vitest/config'
import { servingBench } from './src/vitest/config.ts'

export default defineConfig({
  plugins: [servingBench()],
  test: {
    watch: false,
    include: ['{src,reporters,bench}/**/*.test.ts'],
    benchmark: { include: ['bench/**/*.bench.ts'] },
    coverage: { include: ['src/**', 'reporters/**'] },
  },
})
