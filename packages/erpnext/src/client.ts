import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { RequestFailed, sortAnswer, sortSilence } from './failure.ts';
import { isRecord } from './server-text.ts';

/** How to get into a site. */
export interface SiteAccess {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Sent as X-Frappe-Site-Name; only a bench without a proxy needs it (contract §1.3). */
  readonly siteName?: string | undefined;
  readonly timeoutMs?: number | undefined;
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  /** The server's clock, from the Date header. */
  readonly serverTime: number | undefined;
  readonly ms: number;
}

export type Filter = readonly [field: string, operator: string, value: string | number | readonly string[]];

export interface ListQuery {
  readonly fields: readonly string[];
  readonly filters?: readonly Filter[];
  /** Always sent: without it paging is unstable on v14, v15 (contract §2.2). */
  readonly orderBy: string;
  readonly start?: number;
  readonly length: number;
}

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** `https://Site.Example/` and `https://site.example` are one site. */
export const normaliseUrl = (url: string): string => {
  const parsed = new URL(url);
  return `${parsed.protocol}//${parsed.host}${parsed.pathname.replace(/\/+$/, '')}`;
};

const isLoopback = (url: string): boolean => /^(localhost|127\.|\[::1\])/.test(new URL(url).hostname);

/**
 * The REST API of one site, v1 routes only (contract §2.9). Every method throws RequestFailed when the site said no or
 * nothing. Connections are kept alive; no cookies, no redirects: both would lead the key astray (contract §1.1).
 */
export class ErpNextClient {
  readonly url: string;
  readonly #http: AxiosInstance;
  readonly #agents: readonly { destroy(): void }[];

  constructor(access: SiteAccess) {
    this.url = normaliseUrl(access.url);
    const httpAgent = new HttpAgent({ keepAlive: true, maxSockets: 8 });
    const httpsAgent = new HttpsAgent({ keepAlive: true, maxSockets: 8 });
    this.#agents = [httpAgent, httpsAgent];
    this.#http = axios.create({
      baseURL: this.url,
      timeout: access.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      httpAgent,
      httpsAgent,
      maxRedirects: 0,
      maxContentLength: MAX_ANSWER_BYTES,
      ...(isLoopback(this.url) ? { proxy: false as const } : {}),
      validateStatus: null,
      responseType: 'text',
      transformResponse: (text: unknown) => text,
      headers: {
        Authorization: `token ${access.apiKey}:${access.apiSecret}`,
        Accept: 'application/json',
        'Accept-Language': 'en',
        'User-Agent': 'Biolistener',
        ...(access.siteName === undefined ? {} : { 'X-Frappe-Site-Name': access.siteName }),
      },
    });
  }

  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  async request(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    options: RequestOptions = {},
  ): Promise<Answer> {
    const startedAt = performance.now();
    const raw = await this.#send({
      method,
      url: path,
      ...(options.query === undefined ? {} : { params: options.query }),
      ...(options.body === undefined ? {} : { data: options.body }),
    });
    if (raw.status >= 300 || !isRecord(raw.body)) throw new RequestFailed(sortAnswer(raw, Date.now()));
    return { status: raw.status, body: raw.body, serverTime: raw.serverTime, ms: performance.now() - startedAt };
  }

  async #send(config: AxiosRequestConfig) {
    try {
      const response = await this.#http.request<unknown>(config);
      const header = (name: string): string | undefined => {
        const value: unknown = response.headers[name];
        return typeof value === 'string' ? value : undefined;
      };
      const date = Date.parse(header('date') ?? '');
      return {
        status: response.status,
        contentType: header('content-type') ?? '',
        retryAfter: header('retry-after'),
        body: readBody(response.data),
        serverTime: Number.isNaN(date) ? undefined : date,
      };
    } catch (error) {
      throw new RequestFailed(sortSilence(error)); // the axios error holds the key: it goes no further
    }
  }

  async list(doctype: string, query: ListQuery): Promise<Record<string, unknown>[]> {
    const answer = await this.request('GET', resource(doctype), {
      query: {
        fields: JSON.stringify(query.fields),
        filters: JSON.stringify(query.filters ?? []),
        order_by: query.orderBy,
        limit_start: String(query.start ?? 0),
        limit_page_length: String(query.length),
      },
    });
    const rows = answer.body['data'];
    return Array.isArray(rows) ? rows.filter(isRecord) : [];
  }

  async get(doctype: string, name: string): Promise<Record<string, unknown>> {
    return dataOf(await this.request('GET', resource(doctype, name)));
  }

  /** POST answers 200 with the document as stored or as sent (contract §2.1). */
  async create(doctype: string, document: object): Promise<{ data: Record<string, unknown>; answer: Answer }> {
    const answer = await this.request('POST', resource(doctype), { body: document });
    return { data: dataOf(answer), answer };
  }

  async update(doctype: string, name: string, changes: object): Promise<void> {
    await this.request('PUT', resource(doctype, name), { body: changes });
  }

  async remove(doctype: string, name: string): Promise<void> {
    await this.request('DELETE', resource(doctype, name));
  }

  /** A file as it is, private ones included (contract §2.10). Errors: RequestFailed; `missing` also when it may not be read. */
  async download(fileUrl: string): Promise<Uint8Array> {
    const config = { method: 'GET', url: encodeURI(fileUrl), headers: { Accept: '*/*' } };
    const response = await this.#http
      .request<unknown>({ ...config, responseType: 'arraybuffer', transformResponse: (bytes: unknown) => bytes })
      .catch((error: unknown) => {
        throw new RequestFailed(sortSilence(error));
      });
    if (response.status === 200 && Buffer.isBuffer(response.data)) return response.data;
    const status = response.status === 403 ? 404 : response.status; // no right and no such file look alike
    const raw = { status, contentType: '', retryAfter: undefined, body: {} };
    throw new RequestFailed(sortAnswer(raw, Date.now()));
  }

  /** A whitelisted method that only reads: GET is rolled back on the site (contract §2.7). */
  async ask(method: string, query: Readonly<Record<string, string>> = {}): Promise<unknown> {
    return (await this.request('GET', `/api/method/${method}`, { query })).body['message'];
  }
}

const resource = (doctype: string, name?: string): string =>
  `/api/resource/${encodeURIComponent(doctype)}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;

function dataOf(answer: Answer): Record<string, unknown> {
  const data = answer.body['data'];
  return isRecord(data) ? data : {};
}

function readBody(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text; // a page of HTML; sorted by status
  }
}
