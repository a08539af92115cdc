/** The title of the last test of a file that compares with baselines. That test is no case of its own. */
export const SETTLING_TITLE = 'regressions confirmed'
