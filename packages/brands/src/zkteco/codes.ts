import type { TemplateKind } from '@biolistener/core';

/** Tables whose upload stamp is a resume pointer (protocols/zkteco-push.md §2.6). Query results have none. */
export const STAMPED_TABLES = ['ATTLOG', 'OPERLOG', 'ATTPHOTO', 'BIODATA', 'IDCARD', 'ERRORLOG'] as const;

/** Tables of text lines, canonical spelling by lower case. The value is the type word of a line that has none (§3.6). */
export const LINE_TABLES: ReadonlyMap<string, string> = new Map([
  ['attlog', 'ATTLOG'],
  ['operlog', ''],
  ['biodata', 'BIODATA'],
  ['idcard', 'IDCARD'],
  ['errorlog', 'ERRORLOG'],
  ['userinfo', 'USER'],
  ['user', 'USER'],
  ['fingertmp', 'FP'],
  ['templatev10', 'TEMPLATEV10'],
  ['face', 'FACE'],
  ['facetmp', 'FACE'],
  ['facetmpv10', 'FACE'],
  ['facev7', 'FACE'],
  ['fvein', 'FVEIN'],
  ['userpic', 'USERPIC'],
  ['biophoto', 'BIOPHOTO'],
  ['workcode', 'WORKCODE'],
  ['sms', 'SMS'],
]);

/** Type words at the start of a line, lower case, and what they mean (§3.2 rule 4). */
export const TYPE_WORDS: ReadonlyMap<string, string> = new Map([
  ['user', 'USER'],
  ['userinfo', 'USER'],
  ['fp', 'FP'],
  ['fingertmp', 'FP'],
  ['templatev10', 'TEMPLATEV10'],
  ['face', 'FACE'],
  ['facetmp', 'FACE'],
  ['facev7', 'FACE'],
  ['fvein', 'FVEIN'],
  ['biodata', 'BIODATA'],
  ['userpic', 'USERPIC'],
  ['biophoto', 'BIOPHOTO'],
  ['oplog', 'OPLOG'],
  ['idcard', 'IDCARD'],
  ['workcode', 'WORKCODE'],
  ['errorlog', 'ERRORLOG'],
  ['sms', 'SMS'],
  ['attlog', 'ATTLOG'],
  ['attphoto', 'ATTPHOTO'],
]);

/** Biometric types of BIODATA (§3.7), by number. */
export const BIO_TYPES: readonly TemplateKind[] = [
  'generic',
  'fingerprint',
  'face',
  'voice',
  'iris',
  'retina',
  'palm',
  'finger-vein',
  'palm-vein',
  'visible-face',
  'visible-palm',
];

/** Operations that an operator must hear of (§3.5): data cleared, clock set, reset, server changed, duress. */
export const ALERT_OPERATIONS: ReadonlySet<number> = new Set([13, 21, 22, 23, 24, 32, 81, 82, 83]);
/** Reasons of operation 3 that are harmless: door closed, door opened, exit button, alarm cancelled (§3.5). */
export const QUIET_ALARMS: ReadonlySet<string> = new Set(['50', '51', '53', '65535']);

/** What a result code means (§4.6), for people. */
export const RESULT_MEANINGS: Readonly<Record<string, string>> = {
  '-1': 'bad parameter, or unknown table',
  '-2': 'photo size mismatch, or not implemented for the table',
  '-3': 'read or write error',
  '-4': 'no match',
  '-5': 'no space',
  '-6': 'invalid data',
  '-9': 'template size mismatch',
  '-10': 'no such user on the terminal',
  '-11': 'template format is wrong',
  '-12': 'template is invalid',
  '-13': 'no handler for the command',
  '-21': 'old command scheme, not supported',
  '-22': 'unknown command',
  '-30': 'template algorithm version differs',
  '-31': 'no data',
  '-1001': 'capacity reached',
  '-1002': 'not supported by the terminal, or bad syntax',
  '-1003': 'timeout',
  '-1004': 'does not fit the configuration of the terminal, or not supported on this model',
  '-1005': 'busy',
  '-1006': 'data too long',
  '-1007': 'out of memory',
  '-1008': 'could not fetch data from the server',
  '-5000': 'accepted by a master controller; the final result follows',
};

/** What a positive result of an ENROLL command means (§4.6). */
export const ENROL_MEANINGS: Readonly<Record<string, string>> = {
  '2': 'the person has this finger already',
  '4': 'poor quality, or not the same finger',
  '5': 'the finger belongs to somebody already',
  '6': 'cancelled at the terminal',
  '7': 'the terminal is busy',
};
