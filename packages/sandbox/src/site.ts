import { CORE_DOCTYPES } from './core-doctypes.ts';
import { isOn, textOf } from './document.ts';
import { hrDoctypes } from './hr-doctypes.ts';
import { field, type Field, type FieldType, type Meta } from './meta.ts';
import type { Profile } from './profile.ts';
import type { Random } from './random.ts';
import { type WallMicros, wallAt } from './site-time.ts';
import type { Store } from './store.ts';
import type { Transaction } from './transaction.ts';

export interface SiteOptions {
  readonly store: Store;
  readonly profile: Profile;
  readonly now: () => Date;
  readonly shuffle: Random;
  /** DocTypes of an app that is not ours to imitate: tests bring their own. */
  readonly doctypes: readonly Meta[];
}

/** One ERPNext site: its data, its DocTypes and its clock. */
export class Site {
  readonly store: Store;
  readonly profile: Profile;
  readonly shuffle: Random;
  hasHrms = true;
  private readonly now: () => Date;
  private readonly extra: readonly Meta[];
  private lastStamp = 0;
  private withHrms: ReadonlyMap<string, Meta>;
  private withoutHrms: ReadonlyMap<string, Meta>;

  constructor(options: SiteOptions) {
    this.store = options.store;
    this.profile = options.profile;
    this.shuffle = options.shuffle;
    this.now = options.now;
    this.extra = options.doctypes;
    this.withHrms = this.registryOf(true);
    this.withoutHrms = this.registryOf(false);
  }

  get timeZone(): string {
    return textOf(this.store.find('System Settings', 'System Settings'), 'time_zone') || 'Asia/Kolkata';
  }

  get hasTracebacks(): boolean {
    return isOn(this.store.find('System Settings', 'System Settings'), 'allow_error_traceback');
  }

  /** The site's wall clock, never twice the same: it is the `creation` and `modified` of what is written. */
  stamp(): WallMicros {
    const wall = wallAt(this.now().getTime(), this.timeZone);
    const isNewWall = wall > this.lastStamp || wall < this.lastStamp - 60_000_000;
    this.lastStamp = isNewWall ? wall : this.lastStamp + 1;
    return this.lastStamp;
  }

  instant(): Date {
    return this.now();
  }

  metas(): Iterable<Meta> {
    return this.registry().values();
  }

  /** A DocType with the custom fields that it has at this moment; undefined when the site has no such DocType. */
  meta(doctype: string, tx: Transaction): Meta | undefined {
    const base = this.registry().get(doctype);
    if (base === undefined) return undefined;
    const custom = [...tx.by('Custom Field', 'dt', doctype)];
    if (custom.length === 0) return base;
    return { ...base, fields: [...base.fields, ...custom.map((doc) => customField(doc))] };
  }

  private registry(): ReadonlyMap<string, Meta> {
    return this.hasHrms ? this.withHrms : this.withoutHrms;
  }

  private registryOf(hasHrms: boolean): ReadonlyMap<string, Meta> {
    const all = [...CORE_DOCTYPES, ...hrDoctypes(this.profile, hasHrms), ...this.extra];
    return new Map(all.map((meta) => [meta.name, meta]));
  }
}

function customField(doc: Parameters<typeof textOf>[0]): Field {
  const options = textOf(doc, 'options');
  const byDefault = textOf(doc, 'default');
  return field(
    textOf(doc, 'fieldname'),
    textOf(doc, 'fieldtype') as FieldType /* any text is stored; unknown ones behave as Data */,
    {
      label: textOf(doc, 'label'),
      ...(options === '' ? {} : { options }),
      ...(byDefault === '' ? {} : { default: byDefault }),
      reqd: isOn(doc, 'reqd'),
      unique: isOn(doc, 'unique'),
      permlevel: Number(textOf(doc, 'permlevel')) || 0,
    },
  );
}
