import type { ErrorCatalog } from '@biolistener/core';

/** Why a record was parked or a command refused: codes, when they happen, and what a person can do. */
export const zktecoErrors = {
  // ---- records that were kept but not understood
  ZK_LINE_SHAPELESS: {
    kind: 'malformed',
    when: 'A line of an upload has neither columns nor key=value pairs nor a known type word.',
    fix: 'Look at the bytes; a proxy or a person may have rewritten them. Replay after an update that reads them.',
  },
  ZK_LINE_TYPE_UNKNOWN: {
    kind: 'malformed',
    when: 'A line starts with a type word that this version does not read.',
    fix: 'Report the word with model and firmware; replay after an update.',
  },
  ZK_LINE_TOO_WIDE: {
    kind: 'malformed',
    when: 'A key=value line has more than 256 fields.',
    fix: 'No known firmware does this; look at the terminal.',
  },
  ZK_FIELD_MISSING: {
    kind: 'malformed',
    when: 'A line lacks a field without which it means nothing (finger number, card fields, operation code).',
    fix: 'Look at the line; report it with model and firmware.',
  },
  ZK_PIN_MISSING: {
    kind: 'malformed',
    when: 'The PIN of a record is empty or blank.',
    fix: 'See on the terminal who punched at that time, and enter the check-in by hand.',
  },
  ZK_PIN_IMPOSSIBLE: {
    kind: 'malformed',
    when: 'The PIN is longer than 64 characters or holds control characters: no person has such an id.',
    fix: 'The record was damaged on its way or in the terminal; compare with the log on the terminal.',
  },
  ZK_TIME_IMPOSSIBLE: {
    kind: 'malformed',
    when: 'The time of a punch is not a date and time that exists.',
    fix: 'Compare with the log on the terminal, and enter the check-in by hand.',
  },
  ZK_TEMPLATE_UNREADABLE: {
    kind: 'malformed',
    when: 'A template line has no template bytes in it.',
    fix: 'Query the template again, or enrol again.',
  },
  ZK_PHOTO_UNREADABLE: {
    kind: 'malformed',
    when: 'A photo upload holds no image that can be found.',
    fix: 'Nothing is lost for attendance; look at the bytes if photos matter.',
  },
  ZK_IDCARD_KEPT: {
    kind: 'permanent',
    when: 'A terminal read a national identity card; such data is kept unread.',
    fix: 'Erase it, or switch the upload off on the terminal.',
  },
  ZK_TABLE_UNKNOWN: {
    kind: 'malformed',
    when: 'An upload names a table that this version does not know.',
    fix: 'Report the table with model and firmware; replay after an update.',
  },
  ZK_PATH_UNKNOWN: {
    kind: 'malformed',
    when: 'A request goes to a path below /iclock/ that this version does not know.',
    fix: 'Report the path with model and firmware.',
  },
  ZK_BODY_UNEXPECTED: {
    kind: 'malformed',
    when: 'A request that carries no data by its kind came with a body.',
    fix: 'Look at the bytes; report them with model and firmware.',
  },
  ZK_BODY_BROKEN: {
    kind: 'malformed',
    when: 'More than 500 lines of one upload could not be read; the whole body was kept in one piece.',
    fix: 'Look at the terminal: its memory or the network between is damaged.',
  },
  ZK_PACKAGE_UNREADABLE: {
    kind: 'malformed',
    when: 'An upload said to be a tgz package cannot be unpacked.',
    fix: 'The bytes are kept; ask the terminal to send the table again.',
  },
  ZK_PACKAGE_TOO_LARGE: {
    kind: 'permanent',
    when: 'A tgz package unpacks to more than 64 MiB or more than 1,000 entries.',
    fix: 'No honest terminal sends this; look at who is behind the serial number.',
  },
  ZK_OPTIONS_TOO_LARGE: {
    kind: 'malformed',
    when: 'A list of options is larger than 64 KiB.',
    fix: 'No known firmware does this; look at the terminal.',
  },
  ZK_RESULT_UNREADABLE: {
    kind: 'malformed',
    when: 'A command result has no id or no return value.',
    fix: 'The command will time out and show as unanswered; report the bytes with model and firmware.',
  },
  ZK_FILE_RECEIVED: {
    kind: 'permanent',
    when: 'A terminal sent the content of a file, which is never asked for.',
    fix: 'Find out who sent the command: another server, or somebody who plays the terminal.',
  },
  ZK_VERIFY_DATA: {
    kind: 'permanent',
    when: 'A terminal reported the outcome of an online verification, which is not supported.',
    fix: 'Switch background verification off on the terminal.',
  },
  ZK_EVENT_RAW: {
    kind: 'permanent',
    when: 'A lock board sent a real-time lock event, which is kept unread.',
    fix: 'None needed; report it if you need these events.',
  },
  ZK_SEC_NOT_YET: {
    kind: 'permanent',
    when: 'An earlier version kept a piece of the security (access control) dialect unread.',
    fix: 'Replay it: this version reads the dialect.',
  },
  // ---- commands that were refused
  ZK_COMMAND_ID: {
    kind: 'ours',
    when: 'A command id is not 1 to 16 letters and digits.',
    fix: 'Ids come from the mailbox; report this.',
  },
  ZK_PARAMETER_WRONG: {
    kind: 'permanent',
    when: 'A parameter of a command is missing or cannot be sent.',
    fix: 'Correct the parameter that the detail names.',
  },
  ZK_KEYLESS_DELETE: {
    kind: 'permanent',
    when: 'A delete names nobody or everybody; terminals take that as all rows.',
    fix: 'Name the PIN.',
  },
  ZK_COMMAND_FORBIDDEN: {
    kind: 'permanent',
    when: 'The command would run programs, or move files or firmware (SHELL, PutFile, GetFile, UPGRADE), or re-point the terminal.',
    fix: 'Do it at the terminal, with the vendor tool.',
  },
  ZK_COMMAND_UNCONFIRMED: {
    kind: 'permanent',
    when: 'A destructive command came without `confirmed: true`.',
    fix: 'Confirm it, after a verified download of what it deletes.',
  },
  ZK_COMMAND_CHARACTERS: {
    kind: 'permanent',
    when: 'A raw command holds line ends or other control characters, or does not start with a word.',
    fix: 'Send one command at a time, as plain text.',
  },
  ZK_COMMAND_TOO_LARGE: {
    kind: 'permanent',
    when: 'A command is larger than 900 KB, which no terminal takes.',
    fix: 'Send a smaller picture.',
  },
  ZK_COMMAND_UNSUPPORTED: {
    kind: 'permanent',
    when: 'The terminal said that it does not have this command, or its dialect does not.',
    fix: 'Do it at the terminal.',
  },
  ZK_PROFILE_UNKNOWN: {
    kind: 'permanent',
    when: 'The terminal has not said yet which templates it takes, so none is written.',
    fix: 'Send `info`, or restart the terminal so that it introduces itself.',
  },
  ZK_TEMPLATE_VERSION: {
    kind: 'permanent',
    when: 'The template was made by another algorithm version than the terminal has.',
    fix: 'Enrol the person at this terminal, or send a photo where it takes one.',
  },
  ZK_TEMPLATE_KIND: {
    kind: 'permanent',
    when: 'The terminal said that it has no templates of this kind: it lacks the reader.',
    fix: 'Nothing to do; the person uses another way of identification there.',
  },
  ZK_TEMPLATE_FOREIGN: {
    kind: 'permanent',
    when: 'The template was made by an algorithm that the terminal does not read: of another maker, or a standard format.',
    fix: 'Enrol the person at this terminal, or send a photo where it takes one.',
  },
  ZK_PHOTO_NOT_TAKEN: {
    kind: 'permanent',
    when: 'The terminal did not say that it takes pictures of persons.',
    fix: 'Send `info` if it should; else nothing to do.',
  },
  ZK_PHOTO_TOO_LARGE: {
    kind: 'permanent',
    when: 'The picture is larger than this terminal takes.',
    fix: 'Send a smaller picture; a face of 480 by 640 pixels does.',
  },
  ZK_PIN_UNFIT: {
    kind: 'permanent',
    when: 'The terminal cannot hold this PIN: too long, all zeros, or with characters that it did not say it takes.',
    fix: 'Give the person a PIN of 1 to 24 digits.',
  },
  ZK_SECRET_UNRESOLVED: {
    kind: 'ours',
    when: 'A command still names a template, photo or password instead of holding it when it is to be written.',
    fix: 'Report this; nothing was sent.',
  },
} as const satisfies ErrorCatalog;

export type ZkReason = keyof typeof zktecoErrors;
