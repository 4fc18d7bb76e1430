import type { ErrorCatalog } from '@biolistener/core';

/** Reasons of parked records, and of commands that this brand refuses to write. */
export const SUPREMA_ERRORS = {
  SU_BODY_INVALID: {
    kind: 'malformed',
    when: 'What was kept of a BioStar server is not the JSON that it was.',
    fix: 'Ask for the range of events again (`logs.query`).',
  },
  SU_EVENT_INVALID: {
    kind: 'malformed',
    when: 'An event of a BioStar server has no index or no event type.',
    fix: 'Look at the record; tell the developers the version of the server.',
  },
  SU_EVENT_TIME: {
    kind: 'malformed',
    when: 'The time of an event is not a date that exists.',
    fix: 'Check the clock of the device, then enter the punch by hand.',
  },
  SU_EVENT_WITHOUT_USER: {
    kind: 'malformed',
    when: 'An event says that somebody was recognized and does not say who.',
    fix: 'Look at the event in BioStar; enter the punch by hand if it was one. Encrypted personal data may be hidden from the operator account.',
  },
  SU_EVENT_WITHOUT_DEVICE: {
    kind: 'permanent',
    when: 'An event of the BioStar server names no device: something that the server did itself.',
    fix: 'Nothing to do; it is counted and not kept.',
  },
  SU_USER_INVALID: {
    kind: 'malformed',
    when: 'A user of a BioStar server came without a usable id.',
    fix: 'Look at the user in BioStar.',
  },
  SU_TEMPLATE_INVALID: {
    kind: 'malformed',
    when: 'A template of a user is no base64 or has another size than this format has.',
    fix: 'Enrol the person again in BioStar.',
  },
  SU_RESULT_INVALID: {
    kind: 'malformed',
    when: 'The result of a command does not say which command it is of.',
    fix: 'Report this; the command goes again when its time is up.',
  },
  SU_PROFILE_UNKNOWN: {
    kind: 'permanent',
    when: 'The device was not seen on a BioStar server yet, so nothing is written to its users.',
    fix: 'Wait for the next reading of the device list (once a minute).',
  },
  SU_ACCESS_GROUP_UNSET: {
    kind: 'permanent',
    when: 'It is not known which access group of BioStar lets people in at this device.',
    fix: 'Set `options.accessGroup` of the device to the id of that access group.',
  },
  SU_PIN_UNFIT: {
    kind: 'permanent',
    when: 'A BioStar server cannot hold this PIN.',
    fix: 'Give the person a number from 1 to 4294967295; letters only with `options.alphanumericIds`, without blanks, up to 32 bytes.',
  },
  SU_NAME_LONG: {
    kind: 'permanent',
    when: 'A name is longer than the 48 characters that BioStar takes.',
    fix: 'Shorten the name.',
  },
  SU_DATES: {
    kind: 'permanent',
    when: 'Somebody would be valid until before the day on which it begins.',
    fix: 'Correct start and end.',
  },
  SU_GROUP_UNDEFINED: {
    kind: 'permanent',
    when: 'The BioStar server does not have the user group, access group or card that a user was to get (65717).',
    fix: 'Correct `options.userGroup` and `options.accessGroup` of the device.',
  },
  SU_USER_NOT_OURS: {
    kind: 'permanent',
    when: 'The user stands on the BioStar server already and was made by somebody else.',
    fix: 'Set `options.takeOverUsers` of the device to let this service change such users, or manage the person in BioStar.',
  },
  SU_TEMPLATE_FAMILY: {
    kind: 'permanent',
    when: 'A template is of another make, or of another format of Suprema.',
    fix: 'Enrol the person at a Suprema device.',
  },
  SU_TEMPLATE_KIND: {
    kind: 'permanent',
    when: 'BioStar has no place for a template of this kind and number.',
    fix: 'Nothing to do; the person uses another way of identification there.',
  },
  SU_FINGER_INCOMPLETE: {
    kind: 'permanent',
    when: 'A finger has one template where BioStar wants two, or the templates have not 384 bytes.',
    fix: 'Enrol the finger again.',
  },
  SU_FACE_SIZE: {
    kind: 'permanent',
    when: 'A face template is shorter than the 544 bytes of its format, or one of the two formats is missing.',
    fix: 'Enrol the face again.',
  },
  SU_PHOTO_SIZE: {
    kind: 'permanent',
    when: 'A picture is too large for a user of BioStar.',
    fix: 'Use a smaller picture.',
  },
  SU_COMMAND_UNSUPPORTED: {
    kind: 'permanent',
    when: 'The API of BioStar has no way to do what was asked at a device.',
    fix: 'Do it in BioStar.',
  },
  SU_COMMAND_PARAMETERS: {
    kind: 'permanent',
    when: 'A command lacks a parameter or has one that cannot be sent.',
    fix: 'Correct the command and queue it again.',
  },
  SU_SECRET_UNRESOLVED: {
    kind: 'ours',
    when: 'A command still names a template, photo or password instead of holding it when it is to be written.',
    fix: 'Report this; nothing was sent.',
  },
} as const satisfies ErrorCatalog;

export type SupremaReason = keyof typeof SUPREMA_ERRORS;
