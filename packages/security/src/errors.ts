import { errorsOf, type ErrorCatalog } from '@biolistener/core';

export const SECURITY_ERRORS = {
  SECURITY_KEY_INVALID: {
    kind: 'ours',
    when: 'The key file, or the key in the settings, is not a key.',
    fix: 'Restore the key file from its copy; a key is 64 hex digits or the base64 of 32 bytes.',
  },
  SECURITY_KEY_MISSING: {
    kind: 'permanent',
    when: 'Something was sealed with a key that is not in the key file.',
    fix: 'Add the old key as a further line of the key file.',
  },
  SECURITY_SEAL_BROKEN: {
    kind: 'permanent',
    when: 'Sealed bytes were altered after they were sealed.',
    fix: 'Restore the store from a backup; the damaged record cannot be read.',
  },
} as const satisfies ErrorCatalog;

export const securityError = errorsOf(SECURITY_ERRORS);
