const [QUOTE, BACKSLASH, MINUS, ZERO] = [34, 92, 45, 48] as const;
const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);

/**
 * JSON in which whole numbers beyond 2^53 stand in quotes, so that parsing keeps their digits. One look at each character and no
 * reviver: that one is called for every value of a message, and a message of megabytes would hold up all terminals.
 * What is no JSON stays none.
 */
export function quoteLongNumbers(text: string): string {
  const pieces: string[] = [];
  let written = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) isInText = !isInText;
    else if (isInText && code === BACKSLASH) at += 1;
    else if (!isInText && isDigit(code)) {
      const end = skip(text, at, isDigit);
      if (isLong(text, at, end)) {
        pieces.push(text.slice(written, at), `"${text.slice(at, end)}"`);
        written = end;
      }
      at = end - 1;
    }
  }
  return pieces.length === 0 ? text : pieces.join('') + text.slice(written);
}

function skip(text: string, from: number, isSkipped: (code: number) => boolean): number {
  let at = from;
  while (at < text.length && isSkipped(text.charCodeAt(at))) at += 1;
  return at;
}

/** A whole number, and no part of one with a sign, a point or an exponent; as a key it would be wrong, and stays so. */
function isLong(text: string, at: number, end: number): boolean {
  if (end - at < 16 || text.charCodeAt(at) === ZERO || text.charCodeAt(at - 1) === MINUS) return false;
  if (/[.eE+]/.test(text.charAt(at - 1)) || /[.eE]/.test(text.charAt(end))) return false;
  const isExact = end - at === 16 && Number.isSafeInteger(Number(text.slice(at, end)));
  return !isExact && text[skip(text, end, isBlank)] !== ':';
}
