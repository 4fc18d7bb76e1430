const KEY_BYTES = 32;

/** The key of a line in a key file or of a setting: 64 hex digits or the base64 of 32 bytes. Undefined: neither. */
export function keyOfText(text: string): Uint8Array | undefined {
  const trimmed = text.trim();
  const key = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64');
  return key.length === KEY_BYTES ? key : undefined;
}
