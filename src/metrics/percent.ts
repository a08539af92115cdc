/** A share from 0 to 1 in words, to a tenth: `98.2 %`, `5.0 %`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
