/**
 * `Did you mean "ttft"?` for the candidate nearest to a misspelt word, or the list of all when none is near: at most
 * half of its letters away by insertions, deletions and replacements, letter case aside.
 */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const near = nearestTo(word, candidates)
  return near === undefined ? `Use one of: ${candidates.join(', ')}.` : `Did you mean "${near}"?`
}

/** The candidate nearest to a misspelt word, at most `most` letters away (half of its own unless told); undefined when none is. */
export function nearestTo(word: string, candidates: readonly string[], most = Infinity): string | undefined {
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.min(most, candidate.length / 2))
    .sort((a, b) => a.distance - b.distance)[0]?.candidate
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (const [i, letter] of a.split('').entries()) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] ?? 0) + (letter === b[j] ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
