import type { TemplateKind } from './enrolment.ts';

declare const brand: unique symbol;
/** Names one record of a person: `user`, `photo`, or `template:<kind>:<no>:<index>:<version>`. */
export type RosterItemKey = string & { readonly [brand]: 'RosterItemKey' };

export const USER_ITEM = 'user' as RosterItemKey;
export const PHOTO_ITEM = 'photo' as RosterItemKey;

export interface TemplateKey {
  readonly kind: TemplateKind;
  readonly no: number;
  readonly index: number;
  readonly version: string;
}

export const templateItem = ({ kind, no, index, version }: TemplateKey): RosterItemKey =>
  `template:${kind}:${no}:${index}:${version}` as RosterItemKey;

/** The inverse of `templateItem`; undefined for `user` and `photo`. */
export function templateOfItem(key: RosterItemKey): TemplateKey | undefined {
  const [what, kind, no, index, ...version] = key.split(':');
  if (what !== 'template' || kind === undefined) return undefined;
  return { kind: kind as TemplateKind, no: Number(no), index: Number(index), version: version.join(':') };
}

/** What a brand is asked about a record before a command is made for it. */
export interface RecordHead {
  readonly what: 'user' | 'photo' | 'template';
  readonly pin: string;
  /** Of templates. */
  readonly template?: TemplateKey & { readonly algorithm: string; readonly encoding: 'base64' | 'binary' };
  readonly size?: number;
}

export type RecordVerdict =
  | { readonly canTake: true }
  /** `reason` is a code of the brand's errors; `detail` a sentence for people. */
  | { readonly canTake: false; readonly reason: string; readonly detail: string };
