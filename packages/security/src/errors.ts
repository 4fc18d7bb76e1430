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
    fix: 'Bring the old key back with `biolistener keys add`; `biolistener keys status` names it.',
  },
  SECURITY_KEY_NEEDED: {
    kind: 'permanent',
    when: 'A key was to be removed that records are still sealed with, or that seals now.',
    fix: 'Run `biolistener keys rotate` to its end first.',
  },
  SECURITY_SEAL_BROKEN: {
    kind: 'permanent',
    when: 'Sealed bytes were altered after they were sealed.',
    fix: 'Restore the store from a backup; the damaged record cannot be read.',
  },
  SECURITY_SECRET_GONE: {
    kind: 'permanent',
    when: 'A command needs a template, a picture or a password that is not stored any more.',
    fix: 'Nothing, where it was erased or replaced. Otherwise enrol the person again.',
  },
  SECURITY_REFERENCE_INVALID: {
    kind: 'permanent',
    when: 'The parameters of a command name a secret in a way that is not understood.',
    fix: 'Queue the command again; if the service itself made it, report it.',
  },
} as const satisfies ErrorCatalog;

export const securityError = errorsOf(SECURITY_ERRORS);

export type SecurityReason = keyof typeof SECURITY_ERRORS;
