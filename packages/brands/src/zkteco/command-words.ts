import type { CommandKind, JsonObject, TemplateKind } from '@biolistener/core';
import { photoUseOf, templateTableOf, type TemplateTable } from './compatibility.ts';

export const isSec = (profile: JsonObject): boolean => profile['dialect'] === 'SEC';

/** Access terminals spell the tables of templates in small letters (§4.5). */
export const secNameOf = (table: TemplateTable): string => (table === 'BIODATA' ? 'biodata' : table);

/** The query that tells a terminal's templates of a kind; undefined where none is documented (protocols/zkteco-push.md §4.4). */
export function readBackWord(kind: TemplateKind, profile: JsonObject): string | undefined {
  const table = templateTableOf(kind, profile);
  if (isSec(profile)) return table && `DATA QUERY ${secNameOf(table)}`;
  return table === 'BIODATA' || table === 'FINGERTMP' ? `DATA QUERY ${table}` : undefined;
}

/** The query that tells a terminal's users. */
export const userReadBackWord = (profile: JsonObject): string =>
  isSec(profile) ? 'DATA QUERY user' : 'DATA QUERY USERINFO';

/** The command that removes templates of a kind. */
export function removalWord(kind: TemplateKind, profile: JsonObject): string {
  if (profile['dialect'] === 'P1' && kind === 'fingerprint') return 'DATA DEL_FP';
  const table = templateTableOf(kind, profile) ?? 'BIODATA';
  return `DATA DELETE ${isSec(profile) ? secNameOf(table) : table}`;
}

const SEC_WORDS: Readonly<Partial<Record<CommandKind, readonly string[]>>> = {
  'user.update': ['DATA UPDATE user'],
  'user.delete': ['DATA DELETE user'],
  'photo.update': ['DATA UPDATE biophoto', 'DATA UPDATE userpic'],
  'user.query': ['DATA QUERY user'],
  'template.query': ['DATA QUERY templatev10', 'DATA QUERY facev7', 'DATA QUERY biodata'],
  'enrol.start': ['ENROLL_BIO'],
  'logs.query': ['DATA QUERY transaction'],
  'clock.set': ['SET OPTIONS'],
  restart: ['CONTROL DEVICE restart'],
  info: ['GET OPTIONS'],
  'door.open': ['CONTROL DEVICE open'],
};

/** What access terminals have no command for: a new handshake, and clearing what may not be delivered yet (§4.5). */
export const SEC_LACKS: ReadonlySet<CommandKind> = new Set(['check', 'logs.clear']);

/** The words of kinds that are one command whatever the parameters; a terminal that refused one is asked no more. */
export function wordsOfKind(kind: CommandKind, profile: JsonObject): readonly string[] {
  const isOld = profile['dialect'] === 'P1';
  if (isSec(profile)) return SEC_WORDS[kind] ?? [];
  switch (kind) {
    case 'user.update':
      return [isOld ? 'DATA USER' : 'DATA UPDATE USERINFO'];
    case 'user.delete':
      return [isOld ? 'DATA DEL_USER' : 'DATA DELETE USERINFO'];
    case 'photo.update':
      return [photoUseOf(profile) === 'comparison' ? 'DATA UPDATE BIOPHOTO' : 'DATA UPDATE USERPIC'];
    case 'user.query':
      return ['DATA QUERY USERINFO'];
    case 'template.query':
      return ['DATA QUERY FINGERTMP', 'DATA QUERY BIODATA'];
    case 'enrol.start':
      return ['ENROLL_FP', 'ENROLL_BIO', 'ENROLL_MF'];
    case 'logs.query':
      return ['DATA QUERY ATTLOG'];
    case 'clock.set':
    case 'check':
      return ['CHECK'];
    case 'restart':
      return ['REBOOT'];
    case 'info':
      return ['INFO'];
    case 'door.open':
      return ['AC_UNLOCK'];
    case 'logs.clear':
      return ['CLEAR LOG', 'CLEAR PHOTO'];
    default:
      return [];
  }
}
