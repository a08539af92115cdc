/** Of the last test of a file that compares with baselines: it is no case of its own. */
export const SETTLING_TITLE = 'regressions confirmed'
