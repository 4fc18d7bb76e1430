/** Field types that hold something; layout fields (Section Break …) are left out of our metas. */
export type FieldType =
  | 'Data'
  | 'Small Text'
  | 'Text'
  | 'Long Text'
  | 'Code'
  | 'JSON'
  | 'Int'
  | 'Float'
  | 'Check'
  | 'Date'
  | 'Datetime'
  | 'Time'
  | 'Select'
  | 'Link'
  | 'Dynamic Link'
  | 'Table'
  | 'Attach'
  | 'Attach Image'
  | 'Geolocation'
  | 'Password'
  | 'Text Editor'
  | 'HTML Editor'
  | 'Markdown Editor'
  | 'Currency'
  | 'Percent'
  | 'Rating'
  | 'Duration'
  | 'Color'
  | 'Icon'
  | 'Phone'
  | 'Autocomplete'
  | 'Barcode'
  | 'Signature'
  | 'Read Only'
  | 'Table MultiSelect';

export interface Field {
  readonly fieldname: string;
  readonly label: string;
  readonly fieldtype: FieldType;
  /** Select: lines. Link and Table: DocType. */
  readonly options?: string;
  readonly reqd?: boolean;
  readonly unique?: boolean;
  readonly default?: string;
  readonly permlevel?: number;
  /** `link.field`: copied from the linked document on every save. */
  readonly fetchFrom?: string;
  /** Only while the field is blank. */
  readonly fetchIfEmpty?: boolean;
  readonly readOnly?: boolean;
  readonly hidden?: boolean;
  /** Fixed once the document exists. */
  readonly setOnlyOnce?: boolean;
  readonly nonNegative?: boolean;
  /** Width of a Data column, when not 140. */
  readonly length?: number;
  /** Markup is stored as it came. */
  readonly ignoresXssFilter?: boolean;
  readonly inListView?: boolean;
}

export const PERMISSION_FLAGS = [
  'select',
  'read',
  'write',
  'create',
  'delete',
  'submit',
  'cancel',
  'amend',
  'report',
  'export',
  'import',
  'share',
  'print',
  'email',
] as const;
export type PermissionFlag = (typeof PERMISSION_FLAGS)[number];

export interface PermissionRow {
  readonly role: string;
  readonly permlevel: number;
  readonly flags: readonly PermissionFlag[];
  /** Holds for documents that the caller made. */
  readonly ifOwner?: boolean;
}

/** What a DocType is, as far as the REST API shows it. */
export interface Meta {
  readonly name: string;
  readonly app: string;
  readonly module: string;
  /** `field:x`, `prompt`, `hash`, `EMP-CKIN-.MM.-.YYYY.-.######`, `format:BDC-{#####}`, `autoincrement`. */
  readonly autoname: string;
  readonly fields: readonly Field[];
  readonly permissions: readonly PermissionRow[];
  readonly isTable?: boolean;
  readonly isSingle?: boolean;
  readonly isSubmittable?: boolean;
  /** Made by a person of the site, not by an app. */
  readonly isCustom?: boolean;
  /** `false`: renaming is off. */
  readonly allowsRename?: boolean;
  /** Its Python class cannot be found: every use fails (erpnext-contract.md §6). */
  readonly isBroken?: boolean;
  /** Columns with an index of their own, so that lists over many rows stay quick. */
  readonly indexed?: readonly string[];
}

interface FieldOptions extends Partial<Omit<Field, 'fieldname' | 'fieldtype'>> {
  readonly label?: string;
}

/** A field; the label is made of the name unless told. */
export function field(fieldname: string, fieldtype: FieldType, options: FieldOptions = {}): Field {
  const label = fieldname.replace(/_/g, ' ').replace(/\b\w/g, (letter) => letter.toUpperCase());
  return { label, ...options, fieldname, fieldtype };
}

const ALL_BUT_SUBMIT: readonly PermissionFlag[] = PERMISSION_FLAGS.filter(
  (flag) => !['submit', 'cancel', 'amend', 'import'].includes(flag),
);

/** A rule at level 0. `all` is everything that does not concern submitting. */
export const allow = (
  role: string,
  flags: readonly PermissionFlag[] | 'all' | 'submittable',
  permlevel = 0,
): PermissionRow => ({
  role,
  permlevel,
  flags: flags === 'all' ? ALL_BUT_SUBMIT : flags === 'submittable' ? PERMISSION_FLAGS : flags,
});

export const READ: readonly PermissionFlag[] = ['select', 'read', 'report', 'export', 'print', 'email'];
export const READ_WRITE_CREATE: readonly PermissionFlag[] = [...READ, 'write', 'create', 'share'];

const NUMERIC: ReadonlySet<FieldType> = new Set([
  'Int',
  'Float',
  'Check',
  'Currency',
  'Percent',
  'Rating',
  'Duration',
] as const);
export const isNumeric = (type: FieldType): boolean => NUMERIC.has(type);
/** Text columns with VARCHAR(140): longer text is refused. */
export const isShortText = (type: FieldType): boolean =>
  type === 'Data' || type === 'Select' || type === 'Link' || type === 'Dynamic Link' || type === 'Password';
