/** How many pairs of trials each stage of the regression rule looks at. */
export const STAGE_PAIRS = { 1: 3, 2: 5, 3: 5 } as const
