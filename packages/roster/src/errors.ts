import { errorsOf, type ErrorCatalog } from '@biolistener/core';

/** Reasons of roster rows, and why a command is not made. A reason stands beside a row or a refusal; little of it is thrown. */
export const ROSTER_ERRORS = {
  ROSTER_BRAND_UNKNOWN: {
    kind: 'permanent',
    when: 'The brand of a terminal is not one that this version speaks.',
    fix: 'Approve the terminal again with its brand, or update Biolistener.',
  },
  ROSTER_NOT_CARRIED: {
    kind: 'permanent',
    when: 'The terminal can hold such a record, but another one takes its place there.',
    fix: 'Nothing to do: the newer record of the same finger, face or hand is used.',
  },
  ROSTER_USER_FIRST: {
    kind: 'permanent',
    when: 'A template or picture waits, because the terminal did not take the user that it belongs to.',
    fix: 'Look why the user was refused; then `biolistener roster apply --retry`.',
  },
  ROSTER_PREDECESSOR: {
    kind: 'transient',
    when: 'Somebody who had the same PIN before is still to be removed from the terminal.',
    fix: 'Wait until the terminal has removed the former person; if it is gone for good, block it.',
  },
  ROSTER_REFUSED: {
    kind: 'permanent',
    when: 'The terminal refused the record.',
    fix: 'Read the detail; mend the cause, then `biolistener roster apply --retry`.',
  },
  ROSTER_SILENT: {
    kind: 'transient',
    when: 'The terminal did not fetch or answer the command in time.',
    fix: 'Look whether the terminal is on and connected; it is tried again when it is heard after a silence.',
  },
  ROSTER_UNCLEAR: {
    kind: 'transient',
    when: 'The terminal answered, and not so that anything is known: some say Error to what they did.',
    fix: 'Nothing to do where it can be asked: then it is. Else `biolistener roster apply --retry`.',
  },
  ROSTER_CANCELLED: {
    kind: 'permanent',
    when: 'A person cancelled the command.',
    fix: 'Run `biolistener roster apply --retry` when it should be done after all.',
  },
  ROSTER_READ_BACK_MISSING: {
    kind: 'permanent',
    when: 'The terminal said yes, but does not have the record when asked.',
    fix: 'Look whether the terminal is full or damaged; then `biolistener roster apply --retry`.',
  },
  ROSTER_READ_BACK_DIFFERS: {
    kind: 'permanent',
    when: 'The terminal said yes, but shows something else when asked.',
    fix: 'Read the detail: the terminal may cut names or refuse a card; then `biolistener roster apply --retry`.',
  },
  ROSTER_READ_BACK_FAILED: {
    kind: 'transient',
    when: 'The terminal took the record, but did not tell what it has.',
    fix: 'Nothing to do: it counts as accepted and is asked again later.',
  },
  ROSTER_PRESENT_ONLY: {
    kind: 'permanent',
    when: 'The terminal has the record in a form of its own: that it is there is proven, its bytes are not comparable.',
    fix: 'Nothing to do.',
  },
  ROSTER_DRIFT: {
    kind: 'permanent',
    when: 'A record that was confirmed is gone from the terminal or changed there; it is written again.',
    fix: 'Ask who changed it at the terminal when it happens often.',
  },
  ROSTER_ADMINISTRATOR: {
    kind: 'permanent',
    when: 'The person is an administrator of the terminal; such a user is never deleted from here.',
    fix: 'Take the privilege away at the terminal, then `biolistener roster apply --retry`.',
  },
  ROSTER_CANNOT_REMOVE: {
    kind: 'permanent',
    when: 'The terminal has no command that removes this record alone.',
    fix: 'Delete it at the terminal, or unassign the person and assign it again.',
  },
  ROSTER_TERMINAL_BLOCKED: {
    kind: 'permanent',
    when: 'What was put on a terminal cannot be removed, because the terminal is blocked or not approved.',
    fix: 'Approve the terminal to have it cleaned, or reset it by hand.',
  },
  ROSTER_SYNC_OFF: {
    kind: 'permanent',
    when: 'Syncing of the terminal is switched off, so nothing is put on it or taken off it.',
    fix: 'Switch syncing on again in Desk or with `biolistener device set`.',
  },
  ROSTER_BAD_SUBJECT: {
    kind: 'ours',
    when: 'A mark of the roster names nothing that can be looked at.',
    fix: 'Report it; the mark is dropped.',
  },
  ROSTER_TERMINAL_UNKNOWN: {
    kind: 'permanent',
    when: 'A command was asked for a terminal that nobody knows.',
    fix: 'Check the serial number; `biolistener device list` shows all.',
  },
  ROSTER_TERMINAL_NOT_APPROVED: {
    kind: 'permanent',
    when: 'A command was asked for a terminal that is not approved.',
    fix: 'Approve it first with `biolistener device approve`.',
  },
  ROSTER_COMMAND_UNSUPPORTED: {
    kind: 'permanent',
    when: 'The terminal cannot do what was asked.',
    fix: 'Read the detail; `biolistener device show` lists what the terminal can do.',
  },
  ROSTER_COMMAND_SECRET: {
    kind: 'permanent',
    when: 'A command was asked that names a template, picture or password by itself.',
    fix: 'Assign the person to the terminal: the roster brings what belongs to a person.',
  },
  ROSTER_RAW_OFF: {
    kind: 'permanent',
    when: 'A raw command was asked while raw commands are switched off.',
    fix: 'Allow them with `biolistener config set command.raw yes`, and switch them off again afterwards.',
  },
  ROSTER_RAW_FORBIDDEN: {
    kind: 'permanent',
    when: 'A raw command would open a shell, move files or change firmware of a terminal.',
    fix: 'Nothing: such commands are never sent.',
  },
  ROSTER_LOGS_UNPROVEN: {
    kind: 'permanent',
    when: 'Logs of a terminal were to be cleared before each of its punches is proven delivered.',
    fix: 'Read what is missing, mend it, and ask again.',
  },
  ROSTER_DOOR_ROLE: {
    kind: 'permanent',
    when: 'Somebody without the role for it asked to open a door.',
    fix: 'Have the role for opening doors given, or ask somebody who has it.',
  },
  ROSTER_TOO_LATE: {
    kind: 'permanent',
    when: 'What counts for a short while only (a door, a capture, a restart) was asked longer ago than that.',
    fix: 'Ask again. Was it asked just now, then set the clocks of the site and of this machine right.',
  },
  ROSTER_CLOCK_AHEAD: {
    kind: 'permanent',
    when: 'A door was to be opened, and was asked for at a time that has not come yet.',
    fix: 'Set the clocks of the site and of this machine right, and ask again.',
  },
} as const satisfies ErrorCatalog;

export type RosterReason = keyof typeof ROSTER_ERRORS;

export const rosterError = errorsOf(ROSTER_ERRORS);
