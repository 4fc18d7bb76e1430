import { unknownDoctype } from './failures.ts';
import type { Meta } from './meta.ts';
import type { Site } from './site.ts';
import type { Upload } from './multipart.ts';
import { formatDateTime, type WallMicros } from './site-time.ts';
import type { Transaction } from './transaction.ts';

/** One request as handlers see it. */
export interface Call {
  readonly site: Site;
  readonly tx: Transaction;
  readonly user: string;
  readonly roles: ReadonlySet<string>;
  readonly verb: string;
  /** Query, form and JSON body in one, as `frappe.form_dict`. */
  readonly args: Readonly<Record<string, unknown>>;
  /** `http://host:port`, for links inside messages. */
  readonly siteUrl: string;
  /** The site's wall clock when the request began. */
  readonly now: WallMicros;
  /** The file part of a multipart body. */
  readonly upload?: Upload;
  /** `bench install-app` writes: what a person may not do over REST, an app may. */
  readonly isInstalling?: boolean;
}

export const nowText = (call: Call): string => formatDateTime(call.now);

/** The DocType, or the failure of a site that has none such. */
export function metaOf(call: Call, doctype: string): Meta {
  const meta = call.site.meta(doctype, call.tx);
  if (meta === undefined || meta.isBroken === true) throw unknownDoctype(doctype);
  return meta;
}

/** An argument as text; numbers and booleans become text, anything else is absent. */
export function textArg(call: Call, name: string): string | undefined {
  const value = call.args[name];
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
