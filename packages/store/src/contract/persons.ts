import type { Instant, LocalDate, Pin, SerialNumber, TemplateKind } from '@biolistener/core';
import type { Sealed } from './uploads.ts';

/** Who said that the person belongs on terminals. What Desk says wins over all others. */
export type PersonOrigin = 'desk' | 'cli' | 'api' | 'terminal';

/** Somebody who is known under a PIN. Of all persons with one PIN at most one is active. */
export interface Person {
  /** Decimal digits. */
  readonly id: string;
  readonly pin: Pin;
  readonly employee: string | undefined;
  readonly name: string | undefined;
  readonly card: string | undefined;
  readonly isAdministrator: boolean;
  readonly hasPassword: boolean;
  /** On every approved terminal, without an assignment for each. */
  readonly isEverywhere: boolean;
  /** Days in the zone of each terminal, both inclusive. */
  readonly validFrom: LocalDate | undefined;
  readonly validTo: LocalDate | undefined;
  /** left: to be removed from every terminal. */
  readonly state: 'active' | 'left';
  readonly origin: PersonOrigin;
  readonly deskName: string | undefined;
  readonly createdAt: Instant;
  readonly changedAt: Instant;
}

/** Absent: stays as it is. `null`: forgotten. */
export interface PersonChange {
  readonly pin: Pin;
  readonly employee?: string | null;
  readonly name?: string | null;
  readonly card?: string | null;
  readonly isAdministrator?: boolean;
  readonly password?: Sealed | null;
  readonly isEverywhere?: boolean;
  readonly validFrom?: LocalDate | null;
  readonly validTo?: LocalDate | null;
  readonly origin: PersonOrigin;
  readonly deskName?: string | null;
}

export interface PersonFilter {
  readonly pin?: Pin;
  readonly employee?: string;
  readonly state?: Person['state'];
  readonly serialNumber?: SerialNumber;
  /** Part of name, PIN or employee, without regard to case. */
  readonly text?: string;
  readonly afterId?: string;
  readonly limit: number;
}

/** A template without its bytes. */
export interface TemplateHead {
  readonly id: string;
  /** The terminal that sent it. */
  readonly serialNumber: SerialNumber;
  readonly brand: string;
  readonly pin: Pin;
  readonly kind: TemplateKind;
  readonly no: number;
  readonly index: number;
  readonly algorithm: string;
  readonly version: string;
  readonly isValid: boolean;
  readonly isDuress: boolean;
  readonly encoding: 'base64' | 'binary';
  readonly size: number;
  readonly digest: string;
  /** When these bytes first came from anywhere: a copy that a terminal reads back is no newer than its original. */
  readonly receivedAt: Instant;
  /** When this terminal last sent it. */
  readonly seenAt: Instant;
}

/** A picture for comparison (not of a punch) without its bytes. */
export interface PhotoHead {
  readonly id: string;
  readonly serialNumber: SerialNumber;
  readonly pin: Pin;
  readonly kind: 'user' | 'comparison';
  readonly size: number;
  readonly digest: string;
  /** As of templates. */
  readonly receivedAt: Instant;
  readonly seenAt: Instant;
}

/** Which version a terminal's templates of a kind and algorithm are of. */
export interface TemplateFamily {
  readonly kind: TemplateKind;
  readonly algorithm: string;
  readonly version: string;
}

export interface Erasure {
  readonly templates: number;
  readonly photos: number;
  readonly passwords: number;
  readonly historyRows: number;
  /** Digests of what is gone: proof without content. */
  readonly digests: readonly string[];
}

/** Something sealed, wherever it stands; for the rotation of keys. */
export interface SealedRow {
  readonly table: 'users' | 'templates' | 'photos' | 'parked' | 'quarantine' | 'persons';
  readonly rowId: number;
  readonly purpose: 'user' | 'template' | 'photo' | 'parked' | 'quarantine';
  readonly sealed: Sealed;
}

export interface PersonStore {
  /**
   * Makes or changes the active person of a PIN; marks the roster. Audited. Desk counts more than CLI and API, these more
   * than a terminal: who counts less only adds what nobody said yet, and of equals the last wins. The same again changes
   * nothing; a password that is given counts as new, because seals cannot be compared.
   */
  putPerson(change: PersonChange, actor: string, now: Instant): Promise<Person>;
  /**
   * The person left: wanted nowhere from now on, without assignments; the PIN is free for another. Audited.
   * Errors: STORE_NOT_FOUND, as for every person by id; who left already stays as they are.
   */
  endPerson(id: string, actor: string, now: Instant): Promise<Person>;
  /** The active person of a PIN. */
  findPerson(pin: Pin): Promise<Person | undefined>;
  getPerson(id: string): Promise<Person>;
  listPersons(filter: PersonFilter): Promise<Person[]>;
  /** The sealed password that goes to terminals. */
  findPassword(personId: string): Promise<Sealed | undefined>;
  /**
   * Adds or removes terminals; marks the cells, or the person where they are many; unknown terminals are STORE_NOT_FOUND and
   * nothing changes, STORE_WRONG_STATE for somebody who left. Audited.
   */
  assign(personId: string, serialNumbers: readonly SerialNumber[], actor: string, now: Instant): Promise<void>;
  unassign(personId: string, serialNumbers: readonly SerialNumber[], actor: string, now: Instant): Promise<void>;
  /** Exactly these from now on: what Desk says. */
  setAssignments(personId: string, serialNumbers: readonly SerialNumber[], actor: string, now: Instant): Promise<void>;
  assignmentsOf(personId: string): Promise<SerialNumber[]>;

  /** Valid ones of every terminal, newest first. */
  templatesOf(pin: Pin): Promise<TemplateHead[]>;
  findTemplate(id: string): Promise<(TemplateHead & { readonly sealed: Sealed }) | undefined>;
  /**
   * Gives a version to templates that a terminal sent before it said which it has, and marks their PINs. Of two that become
   * the same record the one that was told last stays. Answers how many were named.
   */
  nameTemplates(serialNumber: SerialNumber, families: readonly TemplateFamily[]): Promise<number>;
  photosOf(pin: Pin): Promise<PhotoHead[]>;
  findPhoto(id: string): Promise<(PhotoHead & { readonly sealed: Sealed }) | undefined>;
  /**
   * Templates, pictures (those of punches too), passwords and the history of a PIN, of all who ever had it; punches, names and
   * cards stay. Marks the PIN. What was parked or is open in a mailbox is not looked through. Audited.
   */
  erasePin(pin: Pin, actor: string, now: Instant): Promise<Erasure>;

  /**
   * Rows that another key than `keyId` sealed, by table in the order of `SealedRow` and row id, and only those behind
   * `after`: what cannot be opened must not stand in the way of the rest. Empty: none is left.
   */
  listSealed(keyId: string, limit: number, after?: Pick<SealedRow, 'table' | 'rowId'>): Promise<SealedRow[]>;
  /** Replaces a seal where it is still the one that was read. Answers how many were. */
  reseal(rows: readonly (SealedRow & { readonly oldSealed: Sealed })[]): Promise<number>;
  /** How many rows each key sealed. */
  sealCounts(): Promise<Readonly<Record<string, number>>>;
}
