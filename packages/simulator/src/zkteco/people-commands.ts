import type { SimulatedTemplate } from '../terminal.ts';
import { isForeign } from '../synthetic-template.ts';
import type { ZktecoDevice } from './device.ts';
import { kindOfBioType } from './rows.ts';

const isBase64 = (text: string): boolean => /^[A-Za-z0-9+/\s]*={0,2}$/.test(text) && text.length > 0;

type Fields = ReadonlyMap<string, string>;

/** Runs `DATA UPDATE`; answers the return code (§4.3, §4.6). */
export function updateData(device: ZktecoDevice, table: string, fields: Fields, id: string): number {
  const pin = fields.get('pin');
  if (!pin) return -1;
  if (table === 'USERINFO') return updateUser(device, pin, fields);
  if (!device.people.has(pin)) return -10;
  const isBio = device.profile.templates === 'biodata';
  switch (table) {
    case 'FINGERTMP':
      return storeTemplate(device, pin, fields, 'fingerprint', 'tmp', { no: 'fid', version: undefined });
    case 'FACE':
      if (isBio || device.profile.versions.face === '') return -1004;
      return storeTemplate(device, pin, fields, 'face', 'tmp', { no: 'fid', version: undefined });
    case 'FVEIN':
      return -1004;
    case 'BIODATA': {
      const kind = kindOfBioType(Number(fields.get('type')));
      if (!isBio || !kind || device.versionOf(kind) === '') return -1004;
      const version = `${fields.get('majorver') ?? '0'}.${fields.get('minorver') ?? '0'}`;
      return storeTemplate(device, pin, fields, kind, 'tmp', { no: 'no', version });
    }
    case 'USERPIC':
    case 'BIOPHOTO':
      return storePhoto(device, pin, fields, table, id);
    default:
      return device.profile.commands === 'sdk' ? -1 : -1004;
  }
}

function updateUser(device: ZktecoDevice, pin: string, fields: Fields): number {
  const said = (key: string): string | undefined => fields.get(key);
  const name = said('name');
  const password = said('passwd');
  const card = said('card');
  const privilege = said('pri');
  if (device.hasNoRoomFor({ pin })) return -1001;
  device.oddNames.delete(pin);
  device.store({
    pin,
    ...(name === undefined ? {} : { name }),
    ...(password === undefined ? {} : { password }),
    ...(card === undefined ? {} : { card }),
    ...(privilege === undefined ? {} : { privilege: Number(privilege) }),
  });
  return 0;
}

const isJpeg = (data: Uint8Array): boolean => data[0] === 0xff && data[1] === 0xd8 && data[2] === 0xff;
const LARGEST_USER_PICTURE = 20 * 1024;

/**
 * −11 no base64, −2 another size than announced, −1006 too long, −1004 no use for comparison photos. A comparison photo is
 * answered with 0 before its face is looked for; where there is none, ERRORLOG tells (§3.8, §4.3, §4.6).
 */
function storePhoto(device: ZktecoDevice, pin: string, fields: Fields, table: string, id: string): number {
  const isComparison = table === 'BIOPHOTO';
  if (isComparison && device.profile.versions.visibleFace === '') return -1004;
  const content = (fields.get('content') ?? '').replace(/\s/g, '');
  if (!isBase64(content)) return -11;
  const photo = Buffer.from(content, 'base64');
  const size = Number(fields.get('size'));
  if (size !== content.length && size !== photo.length) return -2;
  const most = device.capacity.photoBytes ?? (isComparison ? Infinity : LARGEST_USER_PICTURE);
  if (photo.length > most) return -1006;
  if (isComparison && !isJpeg(photo)) device.logError('D01E0001', 'no face found', id);
  else device.store({ pin, photo, ...(isComparison ? { templates: [device.makeTemplate('visible-face', 0)] } : {}) });
  return 0;
}

/** Checks what real units check: −11 no base64 or another maker's bytes, −9 wrong size, −30 another major version (§4.6). */
function storeTemplate(
  device: ZktecoDevice,
  pin: string,
  fields: Fields,
  kind: SimulatedTemplate['kind'],
  dataKey: string,
  from: { readonly no: string; readonly version: string | undefined },
): number {
  const text = (fields.get(dataKey) ?? '').replace(/\s/g, '');
  if (!isBase64(text)) return -11;
  const data = Buffer.from(text, 'base64');
  const size = fields.get('size');
  if (size !== undefined && Number(size) !== text.length && Number(size) !== data.length) return -9;
  const own = device.versionOf(kind).split('.')[0];
  if (from.version !== undefined && from.version.split('.')[0] !== own) return -30;
  if (isForeign(data, device.makerOf(kind))) return -11;
  const isDuress = fields.get('valid') === '3' || fields.get('duress') === '1';
  const template: SimulatedTemplate = {
    kind,
    ...placeOf(kind, fields, from.no),
    data,
    ...(isDuress ? { isDuress } : {}),
    ...(from.version === undefined ? {} : { version: from.version }),
  };
  if (device.hasNoRoomFor({ pin, templates: [template] })) return -1001;
  device.store({ pin, templates: [template] });
  return 0;
}

/** A near-infrared face is a set: its FID is the index of a part (§3.7). */
function placeOf(kind: SimulatedTemplate['kind'], fields: Fields, key: string): { no: number; index: number } {
  const number = Number(fields.get(key) ?? 0);
  return kind === 'face' && key === 'fid'
    ? { no: 0, index: number }
    : { no: number, index: Number(fields.get('index') ?? 0) };
}

/** Runs `DATA DELETE`; answers the return code (§4.3). */
export function removeData(device: ZktecoDevice, table: string, fields: Fields): number {
  const pin = fields.get('pin');
  if (table === 'USERINFO' && pin === undefined) device.people.clear(); // documented: no key means all rows (§4.3 guard)
  if (pin === undefined) return table === 'USERINFO' ? 0 : -1;
  const user = device.people.get(pin);
  if (!user) return -10;
  if (table === 'USERINFO') device.people.delete(pin);
  else if (table === 'USERPIC' || table === 'BIOPHOTO') {
    const { photo: _photo, ...others } = user;
    device.people.set(pin, others);
  } else return removeTemplates(device, user.pin, table, fields);
  return 0;
}

function removeTemplates(device: ZktecoDevice, pin: string, table: string, fields: Fields): number {
  const kinds: Readonly<Record<string, SimulatedTemplate['kind'] | undefined>> = {
    FINGERTMP: 'fingerprint',
    fingerprint: 'fingerprint',
    FACE: 'face',
    FVEIN: 'finger-vein',
  };
  const kind = table === 'BIODATA' ? kindOfBioType(Number(fields.get('type'))) : kinds[table];
  if (table !== 'BIODATA' && !kind) return -1004;
  const no = fields.get('fid') ?? fields.get('no');
  const user = device.people.get(pin);
  const isGone = (each: SimulatedTemplate): boolean =>
    (kind === undefined || each.kind === kind) && (no === undefined || each.no === Number(no));
  if (user) device.people.set(pin, { ...user, templates: (user.templates ?? []).filter((each) => !isGone(each)) });
  return 0;
}
