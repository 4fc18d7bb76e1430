import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Keyring } from './keyring.ts';
import { securityError } from './errors.ts';

/** What sealed bytes are for. Bound into the seal, so that one kind cannot be passed off as another. */
export type SealPurpose = 'template' | 'photo' | 'user' | 'parked' | 'quarantine' | 'setting' | 'transfer';

/** Encrypted bytes and the id of the key that opens them. */
export interface SealedBytes {
  readonly keyId: string;
  readonly bytes: Uint8Array;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts and decrypts what must never lie open in the store (design.md §4.8).
 * Shape: AES-256-GCM, `iv (12) | tag (16) | ciphertext`, purpose as additional data.
 */
export interface Vault {
  seal(purpose: SealPurpose, plain: Uint8Array): SealedBytes;
  /** Errors: SECURITY_KEY_MISSING when the key is not in the ring, SECURITY_SEAL_BROKEN when the bytes were altered. */
  open(purpose: SealPurpose, sealed: SealedBytes): Uint8Array;
}

export function createVault(keyring: Keyring): Vault {
  return {
    seal(purpose, plain) {
      const iv = randomBytes(IV_BYTES);
      const { id, key } = keyring.current;
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(purpose));
      const body = cipher.update(plain);
      return { keyId: id, bytes: Buffer.concat([iv, finish(cipher), body]) };
    },
    open(purpose, sealed) {
      const key = keyring.find(sealed.keyId);
      if (!key) throw securityError('SECURITY_KEY_MISSING', `no key with id ${sealed.keyId} in the key file`);
      try {
        return unseal(key, purpose, Buffer.from(sealed.bytes));
      } catch (cause) {
        throw securityError('SECURITY_SEAL_BROKEN', 'sealed bytes do not open with their key', cause);
      }
    },
  };
}

/** GCM is a stream: `final` adds no bytes, only the tag. */
function finish(cipher: ReturnType<typeof createCipheriv> & { getAuthTag(): Buffer }): Buffer {
  cipher.final();
  return cipher.getAuthTag();
}

function unseal(key: Uint8Array, purpose: SealPurpose, bytes: Buffer): Uint8Array {
  const iv = bytes.subarray(0, IV_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(purpose));
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
}
