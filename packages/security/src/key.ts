import { randomBytes } from 'node:crypto';
import { digestOf, keyOfText } from '@biolistener/core';
import { securityError } from './errors.ts';

const KEY_BYTES = 32;

/** An id that says nothing about the key but tells two keys apart. */
export const keyIdOf = (key: Uint8Array): string => digestOf(key).slice(0, 8);

/** 64 hex digits or the base64 of 32 bytes. */
export function parseKey(text: string): Uint8Array {
  const key = keyOfText(text);
  if (!key) throw securityError('SECURITY_KEY_INVALID', 'a key is 64 hex digits or the base64 of 32 bytes');
  return key;
}

export const newKeyText = (): string => randomBytes(KEY_BYTES).toString('base64');
