import type { IncomingHttpHeaders } from 'node:http';

/** A request, read whole. */
export interface SiteRequest {
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** `http://host:port` of this server. */
  readonly siteUrl: string;
  /** The last commit when the request arrived. */
  readonly snapshot: number;
}

export interface SiteReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Buffer;
}

/** Compact JSON, as Frappe sends it. */
export const jsonReply = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): SiteReply => ({
  status,
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

export const htmlReply = (status: number, html: string, headers: Readonly<Record<string, string>> = {}): SiteReply => ({
  status,
  headers: { 'Content-Type': 'text/html; charset=utf-8', ...headers },
  body: html,
});

export function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray percent sign stands for itself
  }
}
