import { asPin, type Photo, type Pin, type Template } from '@biolistener/core';
import type { ParkedRecord, WireEvent } from '@biolistener/wire';
import type { SupremaReason } from './errors.ts';
import { cutFace, decodeBase64, FACE_BIN_TYPES, TEMPLATE_FORMS } from './template-forms.ts';
import { fieldsOf, idOf, integerOf, isTrue, rowsOf, textOf, type Fields } from './values.ts';

export interface UserFindings {
  readonly events: WireEvent[];
  readonly parked: ParkedRecord[];
}

/** What a user brings is secret: its bytes are kept sealed and never shown. */
const park = (user: Fields, reason: SupremaReason, detail: string): ParkedRecord => ({
  reason,
  detail,
  table: 'user',
  raw: Buffer.from(JSON.stringify({ User: user })),
  isSensitive: true,
});

const templateEvent = (
  pin: Pin,
  what: Pick<Template, 'kind' | 'no' | 'index' | 'algorithm' | 'version' | 'isDuress'>,
  data: Uint8Array,
): WireEvent => ({
  kind: 'template',
  template: { ...what, pin, isValid: true, declaredSize: undefined, encoding: 'binary', data },
});

/** Two templates of each finger, 384 bytes each as base64 (§4.2). */
function takeFingers(user: Fields, pin: Pin, found: UserFindings): void {
  const { algorithm, bytes } = TEMPLATE_FORMS.fingerprint;
  for (const [place, finger] of rowsOf(user['fingerprint_templates']).entries()) {
    const no = integerOf(finger['finger_index']) ?? place;
    for (const index of [0, 1]) {
      const data = decodeBase64(textOf(finger[`template${index}`]));
      if (data === undefined && textOf(finger[`template${index}`]) === undefined) continue;
      const what = { kind: 'fingerprint', no, index, algorithm, version: '' } as const;
      if (data?.length === bytes)
        found.events.push(templateEvent(pin, { ...what, isDuress: isTrue(finger['finger_mask']) }, data));
      else found.parked.push(park(user, 'SU_TEMPLATE_INVALID', `finger ${no}, part ${index}, has not ${bytes} bytes`));
    }
  }
}

/** Faces in the two formats that stand beside each other (§4.3). */
function takeFaces(user: Fields, pin: Pin, found: UserFindings): void {
  const { algorithm } = TEMPLATE_FORMS['visible-face'];
  const faces = rowsOf(fieldsOf(user['credentials'])['visualFaces']);
  for (const template of rowsOf(faces[0]?.['templates'])) {
    const version = FACE_BIN_TYPES.find((type) => type === textOf(template['credential_bin_type']));
    const bytes = decodeBase64(textOf(template['template_ex']));
    const data = bytes && cutFace(bytes);
    const index = version === undefined ? -1 : FACE_BIN_TYPES.indexOf(version);
    const what = { kind: 'visible-face', no: 0, index, algorithm, version: version ?? '', isDuress: false } as const;
    if (version !== undefined && data) found.events.push(templateEvent(pin, what, data));
    else found.parked.push(park(user, 'SU_TEMPLATE_INVALID', 'a face template is too short or of an unknown format'));
  }
}

function takePhoto(user: Fields, pin: Pin, found: UserFindings): void {
  const data = decodeBase64(textOf(user['photo']));
  if (!data) return;
  const photo: Photo = {
    kind: 'user',
    pin,
    wallTime: undefined,
    fileName: `${pin}.jpg`,
    declaredSize: undefined,
    data,
  };
  found.events.push({ kind: 'photo', photo });
}

/** Numbers of a user's cards, as printed; the first is the one that is compared. */
export const cardNumbers = (user: Fields): string[] =>
  rowsOf(user['cards']).flatMap((card) => textOf(card['card_id']) ?? []);

const groupIds = (user: Fields): string[] => rowsOf(user['access_groups']).flatMap((group) => idOf(group) ?? []);

function takeHead(user: Fields, pin: Pin, found: UserFindings): void {
  const [name, group] = [textOf(user['name']), idOf(user['user_group_id'])];
  const cards = cardNumbers(user);
  const hasPin = isTrue(user['pin_exists']);
  found.events.push({
    kind: 'user',
    user: {
      pin,
      ...(name === undefined ? {} : { name }),
      ...(group === undefined ? {} : { group }),
      ...(cards[0] === undefined ? {} : { card: cards[0] }),
      isEnabled: !isTrue(user['disabled']),
      extra: { cards: cards.length, accessGroups: groupIds(user), hasPin },
    },
  });
}

/**
 * What a BioStar server tells of a user: head, fingers, face and picture.
 * Errors: SU_USER_INVALID, SU_TEMPLATE_INVALID; what can be read is taken all the same.
 * Source: docs/protocols/suprema.md#users.
 */
export function readUser(user: Fields): UserFindings {
  const found: UserFindings = { events: [], parked: [] };
  const id = textOf(user['user_id'])?.trim();
  if (id === undefined || id === '0') {
    found.parked.push(park(user, 'SU_USER_INVALID', 'the user has no usable `user_id`'));
    return found;
  }
  const pin = asPin(id);
  takeHead(user, pin, found);
  takeFingers(user, pin, found);
  takeFaces(user, pin, found);
  takePhoto(user, pin, found);
  return found;
}
