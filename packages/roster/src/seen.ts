import type { Instant } from '@biolistener/core';
import type { RosterCell, TemplateHead } from '@biolistener/store';
import type { PersonRecords, RosterRules } from '@biolistener/wire';
import { isSameRecord } from './sources.ts';
import type { WantedRecord } from './wanted.ts';

/** How a record at a terminal stands against what should be there. */
export type Likeness =
  | { readonly kind: 'same' }
  /** It is there, in a form of the terminal's own. */
  | { readonly kind: 'present' }
  | { readonly kind: 'differs'; readonly detail: string }
  | { readonly kind: 'missing' }
  /** Nothing tells. */
  | { readonly kind: 'unknown' };

/**
 * Templates that come back byte for byte: fingerprints, veins and near-infrared faces of ZK's own formats. Visible-light faces
 * and palms may be made anew from the picture, and other families keep what they like in a form of their own.
 */
const keepsBytes = ({ algorithm, kind }: TemplateHead): boolean =>
  algorithm === 'zk' && kind !== 'visible-face' && kind !== 'visible-palm';

function likenessOfTemplate(wanted: TemplateHead, cell: RosterCell, since: Instant): Likeness {
  const alike = cell.seenTemplates.filter((seen) => seen.seenAt >= since && isSameRecord(seen, wanted));
  if (alike.some((seen) => seen.digest === wanted.digest)) return { kind: 'same' };
  if (alike.length === 0) return { kind: 'missing' };
  if (!keepsBytes(wanted)) return { kind: 'present' };
  return { kind: 'differs', detail: `The terminal shows other bytes for the ${wanted.kind} template ${wanted.no}.` };
}

function likenessOfUser(person: PersonRecords, cell: RosterCell, rules: RosterRules, since: Instant): Likeness {
  const { seen } = cell;
  if (!seen || seen.seenAt < since) return { kind: 'missing' };
  const { name, privilege, card, hasPassword } = seen;
  const fields = rules.userDifferences?.(person, { name, privilege, card, hasPassword }) ?? [];
  if (fields.length === 0) return { kind: 'same' };
  return { kind: 'differs', detail: `The terminal shows another ${fields.join(' and ')}.` };
}

/** What a terminal said at `since` or later, held against a record that should be there. */
export function likenessOf(
  record: WantedRecord,
  person: PersonRecords,
  cell: RosterCell,
  rules: RosterRules,
  since: Instant,
): Likeness {
  if (record.template) return likenessOfTemplate(record.template, cell, since);
  if (record.key === 'user') return likenessOfUser(person, cell, rules, since);
  return { kind: record.isNative ? 'same' : 'unknown' };
}
