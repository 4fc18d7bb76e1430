import type { Json } from '@biolistener/core';

/** A root shell, files and firmware, in any brand's words and any capitals: codecs refuse them as well. */
const FORBIDDEN = /(^|[^a-z])(shell|(put|get)(adv)?file|deladvfile|upgrade|update_firmware|set_firmware)([^a-z]|$)/i;

/** Whether any text in the parameters of a raw command is one that is never sent. */
export function isForbiddenRaw(value: Json): boolean {
  if (typeof value === 'string') return FORBIDDEN.test(value);
  if (typeof value !== 'object' || value === null) return false;
  const inner: readonly Json[] = Array.isArray(value) ? value : Object.values(value);
  return inner.some(isForbiddenRaw);
}
