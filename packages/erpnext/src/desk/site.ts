import type { Answer, ErpNextClient, Filter } from '../client.ts';
import { minutesBefore } from '../employees.ts';
import { RequestFailed } from '../failure.ts';
import { isRecord } from '../server-text.ts';
import type { Row } from './names.ts';

/** Lets a request through when its turn has come. Errors: RequestFailed, and what the gate itself throws. */
export type Through = <T>(request: () => Promise<T>) => Promise<T>;

export interface PageQuery {
  readonly doctype: string;
  readonly fields: readonly string[];
  readonly filters?: readonly Filter[];
  /** DocType of the parents, to list child rows (erpnext-contract.md §2.2). */
  readonly parent?: string;
}

const PAGE = 200;
/** Long transactions commit late, with a `modified` from before our last look (§4). */
const OVERLAP_MINUTES = 5;

const pathOf = (doctype: string, name?: string): string =>
  `/api/resource/${encodeURIComponent(doctype)}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;

export const isMissing = (error: unknown): boolean =>
  error instanceof RequestFailed && error.failure.kind === 'missing';

/** The site lets the user of the key not do this. */
export const isRefusedKey = (error: unknown): boolean =>
  error instanceof RequestFailed && error.failure.kind === 'key-refused';

/** Somebody saved the document after we read it. */
export const isStale = (error: unknown): boolean =>
  error instanceof RequestFailed &&
  (error.failure.excType === 'TimestampMismatchError' || /has been modified after you/i.test(error.failure.text));

/** The site has no such DocType: the plugin is not installed (§2.4). */
export const isPluginMissing = (error: unknown): boolean =>
  error instanceof RequestFailed && error.failure.kind === 'not-there';

export const modifiedOf = (row: Row): string => (typeof row['modified'] === 'string' ? row['modified'] : '');
export const nameOf = (row: Row): string => (typeof row['name'] === 'string' ? row['name'] : '');

/** Documents of the plugin, over the same connection as check-ins. */
export class DeskSite {
  readonly #client: ErpNextClient;
  readonly #through: Through;

  constructor(client: ErpNextClient, through: Through) {
    this.#client = client;
    this.#through = through;
  }

  /** A full document with its child tables; undefined when it is gone. */
  async find(doctype: string, name: string): Promise<Row | undefined> {
    try {
      return await this.#through(() => this.#client.get(doctype, name));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /**
   * What is behind the asterisks of a password field. `isRefusedKey` for whoever is no System Manager; that nothing is
   * behind them Frappe says with the same 401, and it is no word about the key.
   */
  async password(doctype: string, name: string, fieldname: string): Promise<string> {
    const query = { doctype, name, fieldname };
    try {
      const told = await this.#through(() => this.#client.ask('frappe.client.get_password', query));
      return typeof told === 'string' ? told : '';
    } catch (error) {
      const isNothingThere =
        error instanceof RequestFailed &&
        error.failure.status === 401 &&
        error.failure.text.includes(`${doctype} ${name} ${fieldname}`);
      throw isNothingThere ? new RequestFailed({ ...error.failure, kind: 'refused' }) : error;
    }
  }

  create(doctype: string, document: object): Promise<Row> {
    return this.#through(async () => (await this.#client.create(doctype, document)).data);
  }

  /** Answers the document as it is now. `modified` among the changes is the lock: `isStale` when it does not fit. */
  update(doctype: string, name: string, changes: object): Promise<Row> {
    return this.#through(async () =>
      dataOf(await this.#client.request('PUT', pathOf(doctype, name), { body: changes })),
    );
  }

  async page(query: PageQuery, orderBy: string, filters: readonly Filter[]): Promise<readonly Row[]> {
    const answer = await this.#through(() =>
      this.#client.request('GET', pathOf(query.doctype), {
        query: {
          fields: JSON.stringify(query.fields),
          filters: JSON.stringify([...(query.filters ?? []), ...filters]),
          order_by: orderBy,
          limit_start: '0',
          limit_page_length: String(PAGE),
          ...(query.parent === undefined ? {} : { parent: query.parent }),
        },
      }),
    );
    const rows = answer.body['data'];
    return Array.isArray(rows) ? rows.filter(isRecord) : [];
  }

  /** Pages by name: what vanishes meanwhile shifts nothing out of sight. */
  async *all(query: PageQuery, only: readonly Filter[] = [], afterName = ''): AsyncGenerator<readonly Row[]> {
    let after = afterName;
    for (;;) {
      const beyond: Filter[] = after === '' ? [] : [['name', '>', after]];
      const rows = await this.page(query, 'name asc', [...only, ...beyond]);
      yield rows;
      const last = rows.at(-1);
      if (rows.length < PAGE || last === undefined) return;
      after = nameOf(last);
    }
  }

  /** Those with one of the values in a field. */
  async *among(query: PageQuery, field: string, values: readonly string[]): AsyncGenerator<readonly Row[]> {
    for (const some of inChunks(values)) yield* this.all(query, [[field, 'in', some]]);
  }

  /** What changed since then (`lookFrom`), and a little before it; oldest change first, as `changedEmployees` does. */
  async *changed(query: PageQuery, cursor: string): AsyncGenerator<readonly Row[]> {
    let since = minutesBefore(cursor, OVERLAP_MINUTES);
    for (;;) {
      const rows = await this.page(query, 'modified asc, name asc', [['modified', '>', since]]);
      yield rows;
      const last = rows.at(-1);
      if (rows.length < PAGE || last === undefined) return;
      yield* this.all(query, [['modified', '=', modifiedOf(last)]], nameOf(last));
      since = modifiedOf(last);
    }
  }
}

/** Characters of an address: gunicorn, on which sites run, takes 4094 in all. */
const LONGEST_LIST = 3000;

/** So that each can be named in the address of one request; a text that is too long by itself stands alone. */
export function inChunks(values: readonly string[], longest = LONGEST_LIST): string[][] {
  const chunks: string[][] = [];
  let length = Infinity;
  for (const value of values) {
    const more = encodeURIComponent(`${JSON.stringify(value)},`).length;
    if (length + more > longest) {
      chunks.push([]);
      length = 0;
    }
    chunks.at(-1)?.push(value);
    length += more;
  }
  return chunks;
}

function dataOf({ body }: Answer): Row {
  const data = body['data'];
  return isRecord(data) ? data : {};
}
