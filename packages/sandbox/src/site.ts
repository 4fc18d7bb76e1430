import { CORE_DOCTYPES } from './core-doctypes.ts';
import { BentMetas } from './doctypes/bent-metas.ts';
import { metaOfDocument } from './doctypes/compile.ts';
import { customizingDoctypes } from './doctypes/customizing-doctypes.ts';
import { deskDoctypes } from './doctypes/desk-doctypes.ts';
import { doctypeDoctypes } from './doctypes/doctype-doctypes.ts';
import { integrationDoctypes } from './doctypes/integration-doctypes.ts';
import { standardDocuments } from './doctypes/standard-documents.ts';
import { isOn, numberOf, textOf } from './document.ts';
import { hrDoctypes } from './hr-doctypes.ts';
import type { Meta } from './meta.ts';
import type { Profile } from './profile.ts';
import type { Random } from './random.ts';
import { type WallMicros, wallAt } from './site-time.ts';
import type { Store } from './store.ts';
import type { Transaction } from './transaction.ts';
import type { Delivery } from './webhooks/delivery.ts';

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
  /** Takes webhook deliveries over once what they tell of is safe. */
  onDelivery: (delivery: Delivery) => void = () => undefined;
  private isHrmsInstalled = true;
  private readonly bent = new BentMetas();
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
    this.store.plant(standardDocuments(this.withHrms.values()));
  }

  get hasHrms(): boolean {
    return this.isHrmsInstalled;
  }

  set hasHrms(isInstalled: boolean) {
    this.isHrmsInstalled = isInstalled;
    this.store.unplant();
    this.store.plant(standardDocuments(this.registry().values()));
  }

  get timeZone(): string {
    return textOf(this.store.find('System Settings', 'System Settings'), 'time_zone') || 'Asia/Kolkata';
  }

  /** Bytes that a request may have: System Settings' `max_file_size` in MiB, else 25 (erpnext-contract.md §1.4). */
  get bodyLimit(): number {
    const settings = this.store.find('System Settings', 'System Settings');
    return (numberOf(settings, 'max_file_size') || 25) * 1024 * 1024;
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

  /** Every DocType, those of apps first. */
  *metas(tx: Transaction): Iterable<Meta> {
    for (const [name, base] of this.registry()) yield this.meta(name, tx) ?? base;
    yield* this.addedMetas(tx);
  }

  /** DocTypes that are documents of this site: made over REST, or installed with an app. */
  *addedMetas(tx: Transaction): Iterable<Meta> {
    for (const doc of tx.all('DocType')) {
      const name = textOf(doc, 'name');
      const meta = this.registry().has(name) ? undefined : this.meta(name, tx);
      if (meta !== undefined) yield meta;
    }
  }

  /** A DocType with the custom fields and properties that it has at this moment; undefined when there is none such. */
  meta(doctype: string, tx: Transaction): Meta | undefined {
    const base = this.registry().get(doctype) ?? addedMeta(doctype, tx);
    if (base === undefined) return undefined;
    const custom = [...tx.by('Custom Field', 'dt', doctype)];
    return this.bent.bend(base, custom, [...tx.by('Property Setter', 'doc_type', doctype)]);
  }

  isStandard(doctype: string): boolean {
    return this.registry().has(doctype);
  }

  standardModules(): string[] {
    return [...this.registry().values()].map((meta) => meta.module);
  }

  private registry(): ReadonlyMap<string, Meta> {
    return this.hasHrms ? this.withHrms : this.withoutHrms;
  }

  private registryOf(hasHrms: boolean): ReadonlyMap<string, Meta> {
    const frappe = [doctypeDoctypes, customizingDoctypes, deskDoctypes, integrationDoctypes];
    const all = [
      ...CORE_DOCTYPES,
      ...frappe.flatMap((metas) => metas(this.profile)),
      ...hrDoctypes(this.profile, hasHrms),
      ...this.extra,
    ];
    return new Map(all.map((meta) => [meta.name, meta]));
  }
}

function addedMeta(doctype: string, tx: Transaction): Meta | undefined {
  const doc = tx.find('DocType', doctype);
  return doc === undefined || textOf(doc, 'name') !== doctype ? undefined : metaOfDocument(doc);
}
