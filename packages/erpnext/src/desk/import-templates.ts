import { digestOf, type Pin, type Template, type TemplateKind } from '@biolistener/core';
import type { Sealed, StoredTemplate } from '@biolistener/store';
import { isRecord } from '../server-text.ts';

/** Seals what must not lie open: the vault of packages/security. */
export interface Sealer {
  seal(purpose: 'template' | 'user', plain: Uint8Array): Sealed;
}

/** The app's numbers for kinds of templates. */
const KINDS: Readonly<Record<number, TemplateKind>> = {
  1: 'fingerprint',
  2: 'face',
  8: 'palm-vein',
  9: 'visible-face',
};
const FORMATS: Readonly<Record<number, string>> = { 0: 'zk', 1: 'iso', 2: 'ansi' };

export interface ReadTemplates {
  readonly templates: readonly Template[];
  /** Why a part was left out; never its bytes. */
  readonly skipped: readonly string[];
}

const numberIn = (row: Readonly<Record<string, unknown>>, field: string): number | undefined => {
  const value = Number(row[field] ?? Number.NaN);
  return Number.isInteger(value) && value >= 0 ? value : undefined;
};

/** The ZKTeco file: JSON of version 2 with a list `biometrics`, each as its BIODATA line said it. */
export function readZktecoFile(bytes: Uint8Array, pin: Pin): ReadTemplates {
  const file = parsed(bytes);
  const list = isRecord(file) && file['version'] === 2 ? file['biometrics'] : undefined;
  if (!Array.isArray(list)) return { templates: [], skipped: ['the file is not JSON of version 2'] };
  const read = list.map((one: unknown, i) => (isRecord(one) ? readOne(one, pin) : `entry ${i + 1} is no object`));
  return {
    templates: read.filter((one) => typeof one !== 'string'),
    skipped: read.filter((one) => typeof one === 'string'),
  };
}

function readOne(row: Readonly<Record<string, unknown>>, pin: Pin): Template | string {
  const type = numberIn(row, 'type') ?? -1;
  const kind = KINDS[type];
  const algorithm = FORMATS[numberIn(row, 'format') ?? 0];
  const text = typeof row['tmp'] === 'string' ? row['tmp'].trim() : '';
  if (kind === undefined) return `templates of type ${type} are not known`;
  if (algorithm === undefined) return `${kind}: its format is not known`;
  if (!/^[A-Za-z0-9+/]{8,}={0,2}$/.test(text)) return `${kind}: its bytes are no base64`;
  const [major, minor] = [numberIn(row, 'majorver'), numberIn(row, 'minorver') ?? 0];
  const isPlain = kind === 'fingerprint' && minor === 0; // terminals that take them name one number
  return {
    pin,
    kind,
    no: numberIn(row, 'no') ?? 0,
    index: numberIn(row, 'index') ?? 0,
    algorithm,
    version: major === undefined ? '' : isPlain ? String(major) : `${major}.${minor}`,
    isValid: numberIn(row, 'valid') !== 0,
    isDuress: numberIn(row, 'duress') === 1,
    declaredSize: numberIn(row, 'size'),
    encoding: 'base64',
    data: Buffer.from(text, 'latin1'),
  };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined; // told as such
  }
}

/** The digest is of the features themselves, as for what terminals send. */
export function sealTemplate(template: Template, sealer: Sealer): StoredTemplate {
  const { data, declaredSize: _, ...rest } = template;
  const features = template.encoding === 'base64' ? Buffer.from(Buffer.from(data).toString('latin1'), 'base64') : data;
  return { ...rest, size: data.length, digest: digestOf(features), sealed: sealer.seal('template', data) };
}
