import type { JsonObject } from '@biolistener/core';
import type { CommandWords } from './command-words.ts';
import { FACE_BIN_TYPES, type Problem } from './template-forms.ts';
import { hasId, isOurs, newUserFields, withId, withoutId } from './user-object.ts';
import { fieldsOf, integerOf, rowsOf, textOf, type Fields } from './values.ts';

/** One call to the server. */
export interface Call {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: JsonObject;
}

export type UserPlan =
  { readonly kind: 'calls'; readonly calls: readonly Call[] } | ({ readonly kind: 'refused' } & Problem);

type WriteWords = Extract<CommandWords, { word: 'write-user' }>;
type RemoveWords = Extract<CommandWords, { word: 'remove-user' | 'remove-templates' }>;

const pathOf = (pin: string): string => `/users/${encodeURIComponent(pin)}`;
const put = (pin: string, User: JsonObject): Call => ({ method: 'PUT', path: pathOf(pin), body: { User } });

const refused = (pin: string): UserPlan => ({
  kind: 'refused',
  reason: 'SU_USER_NOT_OURS',
  detail: `the user ${pin} was made by somebody else`,
});

const mayChange = (user: Fields, mayTakeOver: boolean): boolean => isOurs(user) || mayTakeOver;

/** Fingers that stay and fingers that come, by their number: the list replaces the one that stands there (§4.2). */
function mergedFingers(existing: Fields | undefined, fingers: WriteWords['fingers']): JsonObject[] {
  const coming = new Set(fingers.map((finger) => finger.no));
  const kept = rowsOf(existing?.['fingerprint_templates']).filter(
    (finger) => !coming.has(integerOf(finger['finger_index']) ?? -1),
  );
  const fresh = fingers.map(({ no, isDuress, templates: [template0, template1] }) => ({
    finger_index: String(no),
    finger_mask: isDuress,
    template0,
    template1,
    isNew: true,
  }));
  return [...(kept as JsonObject[]), ...fresh]; // rows of JSON are JSON
}

const faceFields = (face: NonNullable<WriteWords['face']>): JsonObject => ({
  visualFaces: [
    {
      ...(face.image === undefined ? {} : { template_ex_normalized_image: face.image }),
      templates: FACE_BIN_TYPES.map((type) => ({ template_ex: face.templates[type], credential_bin_type: type })),
    },
  ],
});

/**
 * The calls that bring a user to what is wanted, from what the server has now: absent members stay untouched, lists are
 * read, changed and written whole. A user whom somebody else made is refused.
 */
export function planWrite(words: WriteWords, existing: Fields | undefined, cardId: string | undefined): UserPlan {
  const { wish, accessGroup, userGroup, fingers, face, photo, password, mayTakeOver } = words;
  if (existing && !mayChange(existing, mayTakeOver)) return refused(wish.pin);
  const fields: JsonObject = {
    ...(existing ? (wish.name === undefined ? {} : { name: wish.name }) : newUserFields(wish, userGroup)),
    access_groups: withId(existing?.['access_groups'], accessGroup),
    ...(cardId === undefined ? {} : { cards: withId(existing?.['cards'], cardId) }),
    ...(fingers.length === 0 ? {} : { fingerprint_templates: mergedFingers(existing, fingers) }),
    ...(face === undefined ? {} : { credentials: faceFields(face) }),
    ...(photo === undefined ? {} : { photo }),
    ...(password === undefined ? {} : { pin: password }),
  };
  const call: Call = existing ? put(wish.pin, fields) : { method: 'POST', path: '/users', body: { User: fields } };
  return { kind: 'calls', calls: [call] };
}

/**
 * Takes somebody off one device: the access group goes. A user of ours who is let in nowhere else any more is removed from the
 * server, with all biometrics; anybody else's user stays.
 */
export function planRemoval(words: RemoveWords, existing: Fields | undefined): UserPlan {
  if (!existing) return { kind: 'calls', calls: [] };
  if (words.word === 'remove-templates') return planTemplateRemoval(words, existing);
  const { pin, accessGroup, mayTakeOver } = words;
  if (!hasId(existing['access_groups'], accessGroup)) return { kind: 'calls', calls: [] };
  if (!mayChange(existing, mayTakeOver)) return refused(pin);
  const left = withoutId(existing['access_groups'], accessGroup);
  const isLast = left.length === 0 && isOurs(existing);
  const call: Call = isLast
    ? { method: 'DELETE', path: `/users?id=${encodeURIComponent(pin)}` }
    : put(pin, { access_groups: left });
  return { kind: 'calls', calls: [call] };
}

function planTemplateRemoval(words: Extract<RemoveWords, { word: 'remove-templates' }>, existing: Fields): UserPlan {
  const { pin, fingers, face, mayTakeOver } = words;
  if (!mayChange(existing, mayTakeOver)) return refused(pin);
  const kept = rowsOf(existing['fingerprint_templates']).filter(
    (finger) => !fingers.includes(integerOf(finger['finger_index']) ?? -1),
  );
  const fields: JsonObject = {
    ...(fingers.length === 0 ? {} : { fingerprint_templates: kept as JsonObject[] }), // rows of JSON are JSON
    ...(face ? { credentials: { visualFaces: [] } } : {}),
  };
  return { kind: 'calls', calls: [put(pin, fields)] };
}

/** Whether the server lets a user in at a device with this access group. */
export const isLetIn = (user: Fields, accessGroup: string): boolean => hasId(user['access_groups'], accessGroup);

export const userOf = (body: Fields): Fields | undefined => {
  const user = fieldsOf(body['User']);
  return textOf(user['user_id']) === undefined ? undefined : user;
};
