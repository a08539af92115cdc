import { defineConfig } from 'vitest/config'

/** `npm run test:browser`: what needs Debian's Chromium, apart from the other tests, which need none. */
export default defineConfig({
  test: {
    watch: false,
    include: ['reporters/**/*.browser.ts'],
    // A slow or busy machine is no failure: axe looks at every cell of 200 cases.
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
})
