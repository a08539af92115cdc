/** How many pairs of trials each stage of the regression rule looks at. */
export const STAGE_PAIRS = { 1: 3, 2: 5, 3: 5 } as const

/** The pairs before those of each stage: they count on, so that none is looked at twice. */
export const FIRST_PAIR = { 1: 0, 2: STAGE_PAIRS[1], 3: STAGE_PAIRS[1] + STAGE_PAIRS[2] } as const
