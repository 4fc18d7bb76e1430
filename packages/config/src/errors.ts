import { errorsOf, type ErrorCatalog } from '@biolistener/core';

export const CONFIG_ERRORS = {
  CONFIG_INVALID: {
    kind: 'ours',
    when: 'A setting does not fit what it may be, or two do not fit together.',
    fix: 'Correct the named setting in the environment or in biolistener.env; `biolistener config show` lists all.',
  },
} as const satisfies ErrorCatalog;

export const configError = errorsOf(CONFIG_ERRORS);
