import { digestOf, type Instant, type Pin } from '@biolistener/core';

/** What was erased, as the store counted it. */
export interface ErasedRecords {
  readonly templates: number;
  readonly photos: number;
  readonly passwords: number;
  readonly historyRows: number;
  /** SHA-256 of what is gone: proof without content. */
  readonly digests: readonly string[];
}

/** Whose it was. The name stays out: whoever asked to be forgotten is not named once more. */
export interface ErasedPerson {
  readonly pin: Pin;
  readonly id?: string | undefined;
  readonly employee?: string | undefined;
}

export interface EraseCircumstances {
  readonly at: Instant;
  /** Keys of this installation: with any of them a backup of before can still be read. */
  readonly keyIds: readonly string[];
  /** Serial numbers where something of the person may still be. */
  readonly terminals?: readonly string[];
}

export interface EraseCertificate {
  readonly what: 'biolistener-erasure';
  readonly erasedAt: string;
  readonly erasedBy: string;
  readonly person: ErasedPerson;
  readonly erased: Omit<ErasedRecords, 'digests'>;
  readonly digests: readonly string[];
  readonly keyIds: readonly string[];
  readonly stillAt: readonly string[];
  /** SHA-256 of all of the above as JSON: tells a copy from an edited one; it is no signature. */
  readonly seal: string;
}

/** Says what was erased, when, by whom. Holds digests and counts, nothing that was erased. */
export function eraseCertificate(
  { digests, ...erased }: ErasedRecords,
  person: ErasedPerson,
  actor: string,
  { at, keyIds, terminals = [] }: EraseCircumstances,
): EraseCertificate {
  const { pin, id, employee } = person;
  const { templates, photos, passwords, historyRows } = erased;
  const words = {
    what: 'biolistener-erasure',
    erasedAt: new Date(at).toISOString(),
    erasedBy: actor,
    person: { pin, ...(id === undefined ? {} : { id }), ...(employee === undefined ? {} : { employee }) },
    erased: { templates, photos, passwords, historyRows },
    digests: digests.toSorted(),
    keyIds: [...keyIds],
    stillAt: terminals.toSorted(),
  } as const;
  return { ...words, seal: digestOf(JSON.stringify(words)) };
}

/** True while nobody has changed a word of it. */
export function isIntact({ seal, ...words }: EraseCertificate): boolean {
  return digestOf(JSON.stringify(words)) === seal;
}

/** As plain text, for a file or a letter. */
export function certificateText(certificate: EraseCertificate): string {
  const { person, erased, digests, keyIds, stillAt } = certificate;
  const who = [person.id && `person ${person.id}`, person.employee].filter(Boolean).join(', ');
  return [
    'Certificate of erasure',
    '',
    `Erased at        ${certificate.erasedAt}`,
    `Erased by        ${certificate.erasedBy}`,
    `PIN              ${person.pin}${who === '' ? '' : ` (${who})`}`,
    `Templates        ${erased.templates}`,
    `Pictures         ${erased.photos}`,
    `Passwords        ${erased.passwords}`,
    `Older versions   ${erased.historyRows}`,
    '',
    'SHA-256 of what was erased:',
    ...(digests.length === 0 ? ['  none'] : digests.map((digest) => `  ${digest}`)),
    '',
    stillAt.length === 0
      ? 'No terminal is known to hold a copy.'
      : `These terminals may still hold a copy: ${stillAt.join(', ')}.`,
    `Backups of before still hold it, readable with the keys ${keyIds.join(', ')}, until they are deleted.`,
    'Punches are kept.',
    '',
    `SHA-256 of this certificate as JSON: ${certificate.seal}`,
    '',
  ].join('\n');
}
