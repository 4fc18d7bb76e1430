import { isTransient } from '@biolistener/core';
import type { Vault } from '@biolistener/security';
import type { StoredTransfer, Upload } from '@biolistener/store';
import type { Decoded, OpenTransfer } from '@biolistener/wire';

/**
 * A message that is still arriving may be half a template, so it lies sealed as well: length of the key id, key id, sealed
 * bytes. It is no record, and not sealed anew when keys change: it is gone within half an hour.
 */
export function transferOf(step: NonNullable<Decoded['transfer']>, vault: Vault): NonNullable<Upload['transfer']> {
  if (step.kind === 'drop') return step;
  const { keyId, bytes } = vault.seal('transfer', step.transfer.bytes);
  const id = Buffer.from(keyId, 'latin1');
  return { kind: 'put', ...step.transfer, bytes: Buffer.concat([Buffer.from([id.length]), id, bytes]) };
}

/** Undefined: it cannot be opened (its key is gone, or an older version wrote it), so the terminal begins the message again. */
export function openTransferOf(stored: StoredTransfer | undefined, vault: Vault): OpenTransfer | undefined {
  if (!stored) return undefined;
  const bytes = Buffer.from(stored.bytes);
  const end = 1 + (bytes[0] ?? 0);
  try {
    const sealed = { keyId: bytes.toString('latin1', 1, end), bytes: bytes.subarray(end) };
    return { ...stored, bytes: vault.open('transfer', sealed) };
  } catch (error) {
    if (isTransient(error)) throw error;
    return undefined;
  }
}
