/** Base64 text, with or without a `data:` prefix, as bytes; undefined for what is none (protocols/aiface-websocket.md §4.2). */
export function decodeBase64(value: unknown): Buffer | undefined {
  if (typeof value !== 'string') return undefined;
  const packed = value.replace(/^data:[^,]{0,100},/, '').replace(/\s+/g, '');
  if (packed === '' || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(packed)) return undefined;
  const bytes = Buffer.from(packed, 'base64');
  return bytes.length > 0 ? bytes : undefined;
}
