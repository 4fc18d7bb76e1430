import type { TemplateKind } from '@biolistener/core';
import type { EncodeContext } from '@biolistener/wire';
import { BIO_TYPES } from './codes.ts';
import { photoUseOf, templateProblem, templateTableOf, type TemplateTable } from './compatibility.ts';
import { fieldsOf, Refusal, type Parameters } from './parameters.ts';
import { bytesOfBase64 } from './photo-row.ts';
import { takesComparisonPhotos } from './versions.ts';

/** A command line without its id: the words that name it, and what follows them. */
export interface CommandText {
  readonly word: string;
  readonly fields: string;
  /** Names go in GB18030 to terminals that sent theirs so. */
  readonly hasNames?: boolean;
  /** The whole line, where it is not `word fields`. */
  readonly line?: string;
  /** Lines that must be carried out before, in order; see sub-commands.ts. */
  readonly before?: readonly CommandText[];
}

/** The PIN of somebody; nobody and everybody are refused, as terminals take both for all rows (§4.3 guard). */
export function pinIn(parameters: Parameters, isDelete = false): string {
  // kept verbatim, blanks and all, as punches keep it
  const pin = parameters.optionalText('pin') ?? '';
  const isNobody = pin.trim() === '' || pin.trim() === '*';
  if (isDelete && isNobody) {
    throw new Refusal('ZK_KEYLESS_DELETE', 'a delete must name one PIN');
  }
  if (isNobody || pin.length > 64) {
    throw new Refusal('ZK_PARAMETER_WRONG', '`pin` must be the PIN of one person');
  }
  return pin;
}

const isOld = (ctx: EncodeContext): boolean => ctx.terminal.profile['dialect'] === 'P1';

/** `{pin, name?, privilege?, password?, card?, group?, timeZones?, verify?, viceCard?, validFrom?, validTo?}`: only what is known. */
export function userUpdate(p: Parameters, ctx: EncodeContext): CommandText {
  const common: readonly (readonly [string, string | number | undefined])[] = [
    ['PIN', pinIn(p)],
    ['Name', p.optionalText('name')],
    ['Pri', p.optionalInteger('privilege', 0, 15)],
    ['Passwd', p.optionalText('password')],
    ['Card', p.optionalText('card')],
    ['Grp', p.optionalText('group')],
    ['TZ', p.optionalText('timeZones')],
  ];
  if (isOld(ctx)) return { word: 'DATA USER', fields: fieldsOf(common), hasNames: true };
  const more: readonly (readonly [string, string | number | undefined])[] = [
    ['Verify', p.optionalInteger('verify', -1, 255)],
    ['ViceCard', p.optionalText('viceCard')],
    ['StartDatetime', p.optionalText('validFrom')],
    ['EndDatetime', p.optionalText('validTo')],
  ];
  return { word: 'DATA UPDATE USERINFO', fields: fieldsOf([...common, ...more]), hasNames: true };
}

/** `{pin}` */
export function userDelete(p: Parameters, ctx: EncodeContext): CommandText {
  const fields = fieldsOf([['PIN', pinIn(p, true)]]);
  return { word: isOld(ctx) ? 'DATA DEL_USER' : 'DATA DELETE USERINFO', fields };
}

export const KINDS: readonly TemplateKind[] = BIO_TYPES;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

function base64In(p: Parameters, name: string): string {
  const packed = p.text(name).replace(/\s+/g, '');
  if (!BASE64.test(packed)) throw new Refusal('ZK_PARAMETER_WRONG', `\`${name}\` must be base64 text`);
  return packed;
}

/** Which command writes a template: the unified one where it is supported or needed, else the old one of its kind (§4.3). */
export function templateTable(kind: TemplateKind, ctx: EncodeContext): TemplateTable {
  const table = templateTableOf(kind, ctx.terminal.profile);
  if (table) return table;
  throw new Refusal('ZK_PROFILE_UNKNOWN', `the terminal did not say that it takes ${kind} templates`);
}

/** Formats of BIODATA (§3.7). */
const FORMATS: Readonly<Record<string, number>> = { zk: 0, iso: 1, ansi: 2 };

/**
 * `{pin, kind, no, index?, version, data, algorithm?, isValid?, isDuress?, size?}`; `data` is base64 as stored.
 * `Size` is the length of the base64 text; `size` overrides it for the one retry after a -9 (O19).
 */
export function templateUpdate(p: Parameters, ctx: EncodeContext): CommandText {
  const { table, ...template } = templateIn(p, ctx);
  if (table === 'BIODATA') return { word: 'DATA UPDATE BIODATA', fields: bioFields(template) };
  return legacyTemplate(table, template, ctx);
}

export interface TemplateIn {
  readonly table: TemplateTable;
  readonly kind: TemplateKind;
  readonly pin: string;
  readonly version: string;
  readonly algorithm: string;
  readonly no: number;
  readonly index: number;
  readonly size: number;
  readonly isDuress: boolean;
  /** Base64 text. */
  readonly data: string;
}

/** A template out of parameters, refused where this terminal cannot use it. */
export function templateIn(p: Parameters, ctx: EncodeContext): TemplateIn {
  const kind = p.oneOf('kind', KINDS);
  const pin = pinIn(p);
  const version = p.optionalText('version') ?? '';
  const algorithm = p.optionalText('algorithm') ?? 'zk';
  const problem = templateProblem({ kind, algorithm, version }, ctx.terminal.profile);
  if (problem) throw new Refusal(problem.reason, problem.detail);
  const table = templateTable(kind, ctx);
  const data = base64In(p, 'data');
  const no = p.optionalInteger('no', 0, 99) ?? 0;
  const index = p.optionalInteger('index', 0, 99) ?? 0;
  const size = p.optionalInteger('size', 1, 10_000_000) ?? data.length;
  const isDuress = p.isTrue('isDuress');
  return { table, kind, pin, version, algorithm, no, index, size, isDuress, data };
}

/** The fields of a unified template, in every dialect. */
export function bioFields({
  pin,
  no,
  index,
  isDuress,
  kind,
  version,
  algorithm,
  data,
}: Omit<TemplateIn, 'table'>): string {
  const [major = '', minor = '0'] = version.split('.');
  return fieldsOf([
    ['Pin', pin],
    ['No', no],
    ['Index', index],
    ['Valid', 1],
    ['Duress', isDuress ? 1 : 0],
    ['Type', BIO_TYPES.indexOf(kind)],
    ['MajorVer', major],
    ['MinorVer', minor],
    ['Format', FORMATS[algorithm]],
    ['Tmp', data],
  ]);
}

function legacyTemplate(table: TemplateTable, given: Omit<TemplateIn, 'table'>, ctx: EncodeContext): CommandText {
  const t = { ...given, valid: given.isDuress ? 3 : 1 };
  const word = `DATA UPDATE ${table}`;
  if (table === 'FACE') {
    const fields = fieldsOf([
      ['PIN', t.pin],
      ['FID', t.index],
      ['Valid', t.valid],
      ['Size', t.size],
      ['TMP', t.data],
    ]);
    return { word, fields };
  }
  if (table === 'FVEIN') {
    const place = [
      ['Pin', t.pin],
      ['FID', t.no],
      ['Index', t.index],
    ] as const;
    return { word, fields: fieldsOf([...place, ['Valid', t.valid], ['Size', t.size], ['Tmp', t.data]]) };
  }
  const fields = fieldsOf([
    ['PIN', t.pin],
    ['FID', t.no],
    ['Size', t.size],
    ['Valid', t.valid],
    ['TMP', t.data],
  ]);
  return { word: isOld(ctx) ? 'DATA FP' : word, fields };
}

/** `{pin, kind, no?}`; without `no` all templates of the kind. `kind: 'photo'` is the picture of the person. */
export function templateDelete(p: Parameters, ctx: EncodeContext): CommandText {
  const kind = p.oneOf('kind', [...KINDS, 'photo'] as const);
  const pin = pinIn(p, true);
  if (kind === 'photo') return photoDelete(pin, ctx);
  const no = p.optionalInteger('no', 0, 99);
  if (isOld(ctx) && kind === 'fingerprint')
    return {
      word: 'DATA DEL_FP',
      fields: fieldsOf([
        ['PIN', pin],
        ['FID', no],
      ]),
    };
  const table = templateTable(kind, ctx);
  const word = `DATA DELETE ${table}`;
  if (table === 'BIODATA')
    return {
      word,
      fields: fieldsOf([
        ['Pin', pin],
        ['Type', BIO_TYPES.indexOf(kind)],
        ['No', no],
      ]),
    };
  if (table === 'FACE') return { word, fields: fieldsOf([['PIN', pin]]) };
  return {
    word,
    fields: fieldsOf([
      [table === 'FVEIN' ? 'Pin' : 'PIN', pin],
      ['FID', no],
    ]),
  };
}

/** The picture that `photoUpdate` would have sent. */
function photoDelete(pin: string, ctx: EncodeContext): CommandText {
  if (photoUseOf(ctx.terminal.profile) !== 'comparison') {
    return { word: 'DATA DELETE USERPIC', fields: fieldsOf([['PIN', pin]]) };
  }
  const type = BIO_TYPES.indexOf('visible-face');
  return {
    word: 'DATA DELETE BIOPHOTO',
    fields: fieldsOf([
      ['PIN', pin],
      ['Type', type],
    ]),
  };
}

interface PhotoIn {
  readonly kind: 'user' | 'comparison';
  readonly pin: string;
  readonly content: string;
}

/** `{pin, kind: 'user' | 'comparison', data}`; a comparison photo goes only to a terminal that said it makes templates of them. */
export function photoIn(p: Parameters, ctx: EncodeContext): PhotoIn {
  const kind = p.oneOf('kind', ['user', 'comparison']);
  const pin = pinIn(p);
  const content = base64In(p, 'data');
  if (!bytesOfBase64(content)) throw new Refusal('ZK_PARAMETER_WRONG', '`data` must be base64 text');
  if (kind === 'comparison' && !takesComparisonPhotos(ctx.terminal.profile)) {
    throw new Refusal('ZK_PROFILE_UNKNOWN', 'the terminal did not say that it takes comparison photos');
  }
  return { kind, pin, content };
}

export function photoUpdate(p: Parameters, ctx: EncodeContext): CommandText {
  const { kind, pin, content } = photoIn(p, ctx);
  if (kind === 'user') {
    const fields = fieldsOf([
      ['PIN', pin],
      ['Size', content.length],
      ['Content', content],
    ]);
    return { word: 'DATA UPDATE USERPIC', fields };
  }
  const type = BIO_TYPES.indexOf('visible-face');
  const fields = fieldsOf([
    ['PIN', pin],
    ['Type', type],
    ['Size', content.length],
    ['Content', content],
    ['Format', 0],
  ]);
  return { word: 'DATA UPDATE BIOPHOTO', fields };
}
