import type { ErrorCatalog } from '@biolistener/core';

/** Reasons of parked records, and of commands that this brand refuses to write. */
export const EBKN_ERRORS = {
  EB_BODY_INVALID: {
    kind: 'malformed',
    when: 'A body is neither a frame nor JSON.',
    fix: 'Look at the bytes: often another protocol, or an encryption key that differs from `options.encryptKeyHex`.',
  },
  EB_BODY_TRUNCATED: {
    kind: 'malformed',
    when: 'A body lost bytes three times in a row: the terminal was asked twice to send it again.',
    fix: 'Check the line to the terminal and any proxy on the way; read the record or the user again.',
  },
  EB_BODY_RECOVERED: {
    kind: 'malformed',
    when: 'The length word of a body is wrong, but its JSON could be read and was used.',
    fix: 'Nothing is missing; tell the developers the model and firmware.',
  },
  EB_REQUEST_CODE_MISSING: {
    kind: 'malformed',
    when: 'A known terminal sent a body without a usable `request_code`.',
    fix: 'Check that no proxy drops header names with an underscore (nginx: `underscores_in_headers on`).',
  },
  EB_REQUEST_CODE_UNKNOWN: {
    kind: 'permanent',
    when: 'A terminal used a `request_code` that no document names.',
    fix: 'Send the record to the developers; the terminal was told that the code is not known.',
  },
  EB_REALTIME_UNKNOWN: {
    kind: 'permanent',
    when: 'A terminal reported a kind of event that is not known; it was told OK so that its queue moves on.',
    fix: 'Send the record to the developers.',
  },
  EB_RECORD_WITHOUT_USER: {
    kind: 'malformed',
    when: 'A record or user carries no `user_id`, or one that cannot be.',
    fix: 'Look at the record; enter the punch by hand if it was one.',
  },
  EB_RECORD_TIME: {
    kind: 'malformed',
    when: 'The time of a record is not a date that exists.',
    fix: 'Set the clock of the terminal, then enter the punch by hand.',
  },
  EB_RECORD_INVALID: {
    kind: 'malformed',
    when: 'Records of a log are marked invalid by the terminal, or carry no possible date.',
    fix: 'Usually erased places of its memory; compare the number of records with the terminal.',
  },
  EB_LIST_SHORT: {
    kind: 'malformed',
    when: 'A list announces more records than it brings; the complete ones were used.',
    fix: 'Ask the terminal for the list again.',
  },
  EB_LAYOUT_UNKNOWN: {
    kind: 'permanent',
    when: 'The layout of binary records is not known for this data library and record size.',
    fix: 'Wait for one poll (it names the library) and replay; else tell the developers library and size.',
  },
  EB_BINARY_MISSING: {
    kind: 'malformed',
    when: 'A message names a binary that it does not bring.',
    fix: 'Ask the terminal for the user again.',
  },
  EB_BINARY_STRAY: {
    kind: 'malformed',
    when: 'A message brings a binary that none of its fields refers to; the rest was used.',
    fix: 'Look at the bytes: perhaps two messages in one body. Tell the developers the model and firmware.',
  },
  EB_BACKUP_NUMBER_UNKNOWN: {
    kind: 'permanent',
    when: 'A credential carries a `backup_number` that no document names.',
    fix: 'Send library and number to the developers; the credential itself is kept encrypted.',
  },
  EB_ENROL_DATA_WITHOUT_OWNER: {
    kind: 'permanent',
    when: 'A template came back without saying whose it is.',
    fix: 'Ask for the whole user instead.',
  },
  EB_RESULT_WITHOUT_ID: {
    kind: 'malformed',
    when: 'A command result carries neither `trans_id` nor `cmd_id`.',
    fix: 'The command will time out; look at the terminal whether it was carried out.',
  },
  EB_COMMAND_UNSUPPORTED: {
    kind: 'permanent',
    when: 'This protocol has no command for what was asked, or it is too dangerous to offer.',
    fix: 'Do it at the keypad of the terminal.',
  },
  EB_COMMAND_PARAMETERS: {
    kind: 'permanent',
    when: 'A command lacks a parameter or has one that cannot be sent.',
    fix: 'Correct the command and queue it again.',
  },
  EB_COMMAND_NEEDS_OPTION: {
    kind: 'permanent',
    when: 'The command must first be switched on for this terminal.',
    fix: 'Set the option that the detail names, once the model is known to take it.',
  },
  EB_COMMAND_NEEDS_CONFIRMATION: {
    kind: 'permanent',
    when: 'A command that destroys data came without `confirmed: true`.',
    fix: 'Confirm it explicitly.',
  },
  EB_PROFILE_UNKNOWN: {
    kind: 'permanent',
    when: 'The terminal has not said its data library yet, so nothing is written to its users.',
    fix: 'Wait for its next poll.',
  },
  EB_USER_PARTIAL: {
    kind: 'permanent',
    when: 'A change would send a part of a user; some models delete what is not sent.',
    fix: 'Send the whole user with `isComplete: true`, or one single field.',
  },
  EB_TEMPLATE_FAMILY: {
    kind: 'permanent',
    when: 'A template is of another library or version than the terminal understands.',
    fix: 'Enrol the person at this terminal.',
  },
  EB_TEMPLATE_KIND: {
    kind: 'permanent',
    when: 'The terminal has no reader, or this protocol no slot, for a template of this kind and number.',
    fix: 'Nothing to do; the person uses another way of identification there.',
  },
  EB_PHOTO_NOT_TAKEN: {
    kind: 'permanent',
    when: 'The terminal did not say that it enrols faces, so a picture has no use there.',
    fix: 'Set `options.photoBackup` to 30 or 50 if the model is known to take pictures.',
  },
  EB_PIN_UNFIT: {
    kind: 'permanent',
    when: 'The terminal cannot hold this PIN: too long, or with characters that its library has no place for.',
    fix: 'Give the person a PIN of digits: up to 8 for M50, up to 4294967295 for the other libraries with numbers.',
  },
  EB_PIN_ZEROS: {
    kind: 'permanent',
    when: 'A PIN with leading zeros would be the same person as the PIN without them on this terminal.',
    fix: 'Use PINs without leading zeros; or set `options.keepLeadingZeros` where the ids of the terminal are text.',
  },
  EB_VERB_UNSUPPORTED: {
    kind: 'permanent',
    when: 'The terminal said that it does not have this command.',
    fix: 'Do it at the keypad of the terminal.',
  },
  EB_SECRET_UNRESOLVED: {
    kind: 'ours',
    when: 'A command still names a template, photo or password instead of holding it when it is to be written.',
    fix: 'Report this; nothing was sent.',
  },
  EB_ZONE_UNKNOWN: {
    kind: 'permanent',
    when: 'The time zone of the terminal is not set, so its clock cannot be set.',
    fix: 'Set the zone of the terminal.',
  },
} as const satisfies ErrorCatalog;

export type EbknErrorCode = keyof typeof EBKN_ERRORS;
