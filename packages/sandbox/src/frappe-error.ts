/** One line of `_server_messages` (erpnext-contract.md §2.4). */
export interface ServerMessage {
  readonly message: string;
  readonly title?: string;
}

export interface FrappeErrorSpec {
  readonly status: number;
  /** The class name, as `exc_type` shows it. */
  readonly type: string;
  /** What stands behind the class in the traceback's last line; may be empty. */
  readonly text: string;
  readonly messages?: readonly ServerMessage[];
  /** Python module of the class; `frappe.exceptions` unless told. `''` for built-in classes. */
  readonly module?: string;
  /** App that raised it, when not Frappe: `_exc_source`. */
  readonly app?: string;
  /** `_error_message`, on permission failures raised with an explanation. */
  readonly explanation?: string;
  /** Went through `frappe.throw`, so v14 names it too. */
  readonly isThrown?: boolean;
  /** 404s come without `exc` and `exception`. */
  readonly hasTrace?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A failure that Frappe would report in its JSON error body. */
export class FrappeError extends Error {
  readonly spec: FrappeErrorSpec;

  constructor(spec: FrappeErrorSpec) {
    super(spec.text);
    this.name = spec.type;
    this.spec = spec;
  }
}

/** A failure that a real site answers as a page: Werkzeug's, the website's or the proxy's. */
export class PageError extends Error {
  readonly status: number;
  readonly html: string;

  constructor(status: number, title: string, paragraph: string, html?: string) {
    super(title);
    this.status = status;
    this.html =
      html ??
      `<!doctype html>\n<html lang=en>\n<title>${status} ${title}</title>\n<h1>${title}</h1>\n<p>${paragraph}</p>\n`;
  }
}

interface ThrowOptions {
  readonly type?: string;
  readonly status?: number;
  readonly title?: string;
  readonly module?: string;
  readonly app?: string;
}

/** What `frappe.throw(text, class)` gives: one server message, the same text in the traceback. */
export function thrown(text: string, options: ThrowOptions = {}): FrappeError {
  const { type = 'ValidationError', status = 417, title, ...rest } = options;
  const message = title === undefined ? { message: text } : { message: text, title };
  return new FrappeError({ status, type, text, messages: [message], isThrown: true, ...rest });
}

/** What `frappe.throw` gives inside Frappe HR. */
export const thrownByHrms = (text: string, options: ThrowOptions = {}): FrappeError =>
  thrown(text, { app: 'hrms (app)', ...options });
