import { asPin, type Template, type TemplateKind } from '@biolistener/core';
import { BIO_TYPES } from './codes.ts';
import { park, type Collector } from './collector.ts';
import type { Fields } from './fields.ts';
import { readCount } from './numbers.ts';
import { pinOf } from './user-row.ts';
import { versionsOf } from './versions.ts';

interface Slot {
  readonly kind: TemplateKind;
  readonly no: number;
  readonly index: number;
  readonly algorithm: string;
  readonly version: string;
  readonly isDuress: boolean;
}

/**
 * Reads one template line of any spelling into one shape (protocols/zkteco-push.md §3.7): FP → fingerprint, no = FID;
 * FACE → face, index = FID; FVEIN → finger vein; TEMPLATEV10 → no = FingerID mod 16, duress from 16 on; BIODATA as it says.
 * The base64 text is kept byte for byte, whatever `Size` says.
 */
export function readTemplateRow(into: Collector, word: string, fields: Fields, raw: Uint8Array): void {
  const pin = pinOf(into, fields, raw);
  if (pin === undefined) return;
  const slot = word === 'BIODATA' ? bioSlot(fields) : legacySlot(into, word, fields);
  if (!slot) {
    park(into, 'ZK_FIELD_MISSING', `a ${word} line does not say which template it is`, raw);
    return;
  }
  const base64 = fields.get('tmp') ?? fields.get('content') ?? '';
  if (base64.trim() === '') {
    park(into, 'ZK_TEMPLATE_UNREADABLE', `a ${word} line without template bytes`, raw);
    return;
  }
  const template: Template = {
    pin: asPin(pin),
    ...slot,
    isValid: fields.get('valid') !== '0',
    declaredSize: readCount(fields.get('size')),
    encoding: 'base64',
    data: Buffer.from(base64, 'latin1'),
  };
  into.events.push({ kind: 'template', template });
}

const FORMATS: Readonly<Record<string, string>> = { '1': 'iso', '2': 'ansi' };

function bioSlot(fields: Fields): Slot | undefined {
  const type = readCount(fields.get('type'));
  if (type === undefined) return undefined;
  const [major = '', minor = ''] = [fields.get('majorver'), fields.get('minorver')];
  const kind = BIO_TYPES[type];
  const format = FORMATS[fields.get('format') ?? ''] ?? 'zk';
  return {
    kind: kind ?? 'generic',
    no: readCount(fields.get('no')) ?? 0,
    index: readCount(fields.get('index')) ?? 0,
    algorithm: kind === undefined ? `${format}-type-${type}` : format,
    version: minor === '' ? major : `${major}.${minor}`,
    isDuress: fields.get('duress') === '1',
  };
}

function legacySlot(into: Collector, word: string, fields: Fields): Slot | undefined {
  const fid = readCount(fields.get('fid'));
  if (fid === undefined) return undefined;
  const versions = versionsOf({ ...into.ctx.terminal.profile, ...into.profile });
  const common = { index: 0, algorithm: 'zk', isDuress: fields.get('valid') === '3' };
  switch (word) {
    case 'FACE':
      return {
        ...common,
        kind: 'face',
        no: 0,
        index: fid,
        version: versions.face ?? (into.dialect === 'SEC' ? '7' : ''),
      }; // FACEV7 there
    case 'FVEIN':
      return {
        ...common,
        kind: 'finger-vein',
        no: fid,
        index: readCount(fields.get('index')) ?? 0,
        version: versions['finger-vein'] ?? '',
      };
    case 'TEMPLATEV10':
      return { ...common, kind: 'fingerprint', no: fid % 16, version: '10', isDuress: fid >= 16 || common.isDuress };
    default:
      return { ...common, kind: 'fingerprint', no: fid, version: versions.fingerprint ?? '' };
  }
}
