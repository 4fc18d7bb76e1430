/** Letters to change, add or take away to come from `a` to `b`. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The known words that somebody may have meant, best first; none when nothing is like it. */
export function nearest(word: string, known: readonly string[], most = 5): string[] {
  const wanted = word.toLowerCase().slice(0, 80);
  return known
    .map((candidate) => ({ candidate, distance: distanceOf(wanted, candidate.toLowerCase().slice(0, 80)) }))
    .filter(
      ({ candidate, distance }) => distance <= Math.max(2, Math.floor(Math.min(wanted.length, candidate.length) / 3)),
    )
    .toSorted((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate))
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** A part of the word, such as the last digits from the sticker, is as good as one typing mistake. */
const distanceOf = (wanted: string, candidate: string): number =>
  wanted.length >= 3 && candidate.includes(wanted) ? 1 : editDistance(wanted, candidate);
