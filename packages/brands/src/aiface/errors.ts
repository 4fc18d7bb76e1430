import type { ErrorCatalog } from '@biolistener/core';

/** Reasons of parked records, and of commands that this brand refuses to write. */
export const AIFACE_ERRORS = {
  AI_MESSAGE_UNREADABLE: {
    kind: 'malformed',
    when: 'A registered terminal sent what is no JSON object; it was not answered.',
    fix: 'Look at the bytes: often another protocol, or a proxy that answers in its place.',
  },
  AI_MESSAGE_UNKNOWN: {
    kind: 'permanent',
    when: 'A terminal used a `cmd` that no document names; it was told OK so that it goes on.',
    fix: 'Send the record to the developers.',
  },
  AI_RECORD_TIME: {
    kind: 'malformed',
    when: 'The time of a record is not a date that exists.',
    fix: 'Set the clock of the terminal, then enter the punch by hand.',
  },
  AI_RECORD_WITHOUT_USER: {
    kind: 'malformed',
    when: 'A record or user carries no `enrollid`, or one that is no number.',
    fix: 'Look at the record; enter the punch by hand if it was one.',
  },
  AI_RECORD_UNREADABLE: {
    kind: 'malformed',
    when: 'A list of records holds something that is no record.',
    fix: 'Send the record to the developers.',
  },
  AI_RECORDS_MISSED: {
    kind: 'malformed',
    when: 'A message counts other records than were found in it, or has none where they are looked for; it was acknowledged, what could be read is taken, and the message is kept whole.',
    fix: 'Look at the message for what is missing, enter it by hand, and send it to the developers.',
  },
  AI_SLOT_UNKNOWN: {
    kind: 'permanent',
    when: 'A credential carries a `backupnum` that no document names, or none, or content that cannot be.',
    fix: 'Send number and model to the developers; the credential itself is kept encrypted.',
  },
  AI_COMMAND_UNSUPPORTED: {
    kind: 'permanent',
    when: 'The terminal did not answer this command three times in a row, or the protocol has none for it.',
    fix: 'Do it at the keypad of the terminal. A new firmware is tried again by itself.',
  },
  AI_COMMAND_PARAMETERS: {
    kind: 'permanent',
    when: 'A command lacks a parameter or has one that cannot be sent.',
    fix: 'Correct the command and queue it again.',
  },
  AI_COMMAND_UNCONFIRMED: {
    kind: 'permanent',
    when: 'A command that destroys data, or a raw one, came without `confirmed: true`.',
    fix: 'Confirm it explicitly.',
  },
  AI_LOGS_UNREAD: {
    kind: 'permanent',
    when: 'Logs were to be cleared of a terminal that does not show all its records, so nobody knows whether all are here.',
    fix: 'Take them from the terminal by hand, and clear them there. A new firmware is tried again by itself.',
  },
  AI_NOTHING_TO_WRITE: {
    kind: 'permanent',
    when: 'The person has no card, password, template or picture, and such a terminal keeps only people who have one.',
    fix: 'Enrol the person at this terminal, or give a card, a password or a picture.',
  },
  AI_PROFILE_UNKNOWN: {
    kind: 'permanent',
    when: 'The terminal has not registered yet, so its model is not known and nothing is written to it.',
    fix: 'Wait until it connects.',
  },
  AI_PIN_UNFIT: {
    kind: 'permanent',
    when: 'The terminal cannot hold this PIN: only 1 to 18 digits, without leading zeros, and not 0 or 99999999.',
    fix: 'Give the person a PIN of digits without leading zeros.',
  },
  AI_PASSWORD_UNFIT: {
    kind: 'permanent',
    when: 'A password is not a number of up to 8 digits.',
    fix: 'Give the person a password of 1 to 8 digits that does not begin with 0.',
  },
  AI_CARD_UNFIT: {
    kind: 'permanent',
    when: 'A card number is not a decimal number.',
    fix: 'Enter the number of the card in decimal digits.',
  },
  AI_TEMPLATE_FAMILY: {
    kind: 'permanent',
    when: 'A template is of another algorithm, version or model than the terminal understands.',
    fix: 'Enrol the person at this terminal.',
  },
  AI_TEMPLATE_KIND: {
    kind: 'permanent',
    when: 'The terminal has no reader, or this protocol no slot, for a template of this kind and number.',
    fix: 'Nothing to do; the person uses another way of identification there.',
  },
  AI_PHOTO_UNFIT: {
    kind: 'permanent',
    when: 'The terminal knows no faces, or the picture has 150 kB or more.',
    fix: 'Use a JPEG of 480×640 with one face, below 150 kB.',
  },
  AI_SECRET_UNRESOLVED: {
    kind: 'ours',
    when: 'A command still names a template, photo or password instead of holding it when it is to be written.',
    fix: 'Report this; nothing was sent.',
  },
  AI_ZONE_UNKNOWN: {
    kind: 'permanent',
    when: 'The time zone of the terminal is not set, so its clock cannot be set.',
    fix: 'Set the zone of the terminal.',
  },
} as const satisfies ErrorCatalog;

export type AifaceErrorCode = keyof typeof AIFACE_ERRORS;
