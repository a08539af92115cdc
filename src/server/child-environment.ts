/**
 * What Vitest puts into the environment of its workers (over a user's own values), what steers this tool, and the marks
 * of a Node process that talks to its parent. With `NODE_ENV=test` it would be another server than the one in production.
 */
const NOT_PASSED_ON =
  /^(VITEST|VITE_|LLM_BENCH_|TINYPOOL_|NODE_CHANNEL_|NODE_UNIQUE_ID$|NODE_V8_COVERAGE$|NODE_ENV$|MODE$|TEST$|DEV$|PROD$|SSR$|BASE_URL$|FORCE_TTY$)/

/** The environment of a server: that of the bench without what must not be passed on, and with the user's own on top. */
export function childEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const inherited = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !NOT_PASSED_ON.test(entry[0]),
  )
  return { ...Object.fromEntries(inherited), ...own }
}
