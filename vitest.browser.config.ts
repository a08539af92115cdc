import { defineConfig } from 'vitest/config'

/** `npm run test:browser`: what needs Debian's Chromium, apart from the other tests, which need none. */
export default defineConfig({
  test: { watch: false, include: ['reporters/**/*.browser.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
})
