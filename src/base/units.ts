/** A span or a point on the run clock, in fractional milliseconds. */
export type Ms = number

/** A number of model tokens. */
export type Tokens = number

/** Requests (or tokens) a second. */
export type PerSecond = number

export const MS_PER_SECOND = 1000
