import { errorsOf, type ErrorCatalog } from '@biolistener/core';

export const STORE_ERRORS = {
  STORE_UNAVAILABLE: {
    kind: 'transient',
    when: 'The store cannot write now: disk full, file locked, or closed.',
    fix: 'Free disk space or mend the disk; terminals keep their records and send them again.',
  },
  STORE_TOO_NEW: {
    kind: 'ours',
    when: 'The data folder was written by a newer version.',
    fix: 'Start that version again, or restore a backup made before the upgrade.',
  },
  STORE_BROKEN: {
    kind: 'ours',
    when: 'The store file is damaged or is no store.',
    fix: 'Restore a backup; `biolistener doctor` says which file it is.',
  },
} as const satisfies ErrorCatalog;

export const storeError = errorsOf(STORE_ERRORS);
