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
  STORE_TOO_MANY_PENDING: {
    kind: 'permanent',
    when: 'A serial number was seen for the first time while as many terminals as are allowed already wait for approval.',
    fix: 'Approve or block the terminals that wait; look who sends so many serial numbers.',
  },
  STORE_PARKED_FULL: {
    kind: 'transient',
    when: 'An upload brought a piece that cannot be read, while as much of its terminal as is allowed is parked already.',
    fix: 'Look at the cause with `biolistener parked list`, then retry or discard; the terminal sends the upload again.',
  },
  STORE_LEASE_LOST: {
    kind: 'transient',
    when: 'A process wrote under a lease that another one holds by now: it was too slow, or thought to be gone.',
    fix: 'Nothing: the other process does the work. If it happens often, the machine is overloaded or its clock jumps.',
  },
  STORE_NOT_FOUND: {
    kind: 'permanent',
    when: 'A call named a terminal, target or delivery that the store does not hold.',
    fix: 'Check the serial number or id; an unknown terminal can be created by giving its brand.',
  },
  STORE_WRONG_STATE: {
    kind: 'permanent',
    when: 'A call asked for what the state of a row does not allow: a retry of a command that is open or was done.',
    fix: 'Look at its state first; what is open can be cancelled, and what was done can be asked for anew.',
  },
  STORE_REJECTED: {
    kind: 'ours',
    when: 'The store refused one write because its values break a rule of the tables; nothing of that write is kept.',
    fix: 'Report it with the message: a caller handed over values that the store cannot hold.',
  },
} as const satisfies ErrorCatalog;

export const storeError = errorsOf(STORE_ERRORS);
