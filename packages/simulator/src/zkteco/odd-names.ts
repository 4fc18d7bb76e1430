/** Names as firmware with other habits writes them (protocols/zkteco-push.md §1.4, Q14). Invented persons. */
export const ODD_NAMES: readonly Buffer[] = [
  Buffer.from('d5c5ceb0', 'hex'), // GB18030, two characters
  Buffer.from('5a6feb', 'hex'), // "Zoë" in Latin-1
  Buffer.from('c5c2c385e69d8ee9', 'hex'), // neither: bytes of several sets
  Buffer.from('536f666961204d6172ed61', 'hex'), // "Sofia María" in Latin-1
  // UTF-8 cut in the middle of a character at 24 bytes
  Buffer.from('Андрей Синтетич', 'utf8').subarray(0, 24),
];
