import type { DeviceMemory } from './memory.ts';
import { readUserBytes } from './records.ts';

/** Takes users and templates that were uploaded in one buffer (§4.5); false when it is not what the document draws. */
export function takeBulk(memory: DeviceMemory, buffer: Buffer): boolean {
  if (buffer.length < 12) return false;
  const [userBytes, tableBytes, featureBytes] = [
    buffer.readUInt32LE(0),
    buffer.readUInt32LE(4),
    buffer.readUInt32LE(8),
  ];
  if (buffer.length !== 12 + userBytes + tableBytes + featureBytes) return false;
  const size = memory.profile.users + 1;
  if (userBytes % size !== 0 || tableBytes % 8 !== 0) return false;
  for (let at = 12; at < 12 + userBytes; at += size) {
    const user = readUserBytes(buffer.subarray(at + 1, at + size));
    if (buffer[at] !== 2 || !user || user.uid === 0) return false;
    memory.users.set(user.uid, user);
  }
  const features = buffer.subarray(12 + userBytes + tableBytes);
  for (let at = 12 + userBytes; at < 12 + userBytes + tableBytes; at += 8) {
    const offset = buffer.readUInt32LE(at + 4);
    if (buffer[at] !== 2 || offset + 2 > features.length) return false;
    const length = features.readUInt16LE(offset);
    const finger = (buffer[at + 3] ?? 0) - 0x10;
    memory.templates.set(
      `${buffer.readUInt16LE(at + 1)}/${finger}`,
      Buffer.from(features.subarray(offset + 2, offset + 2 + length)),
    );
  }
  return true;
}
