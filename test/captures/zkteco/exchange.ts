/** One exchange with a terminal: what it sends, what is known of it, and what must come out. All data is invented. */
export interface Exchange {
  /** `<model>-<firmware>-<what>`: the name of the files. */
  readonly file: string;
  readonly story: string;
  readonly request: Buffer;
  readonly expected: Expected;
}

export interface Given {
  /** `TST9000000001` unless said. */
  readonly serialNumber?: string;
  /** Wall of the terminal; Asia/Kolkata unless said. */
  readonly zone?: string;
  readonly status?: 'approved' | 'pending';
  readonly stamps?: Readonly<Record<string, string>>;
  readonly profile?: object;
  readonly options?: object;
  readonly commands?: readonly { readonly id: string; readonly kind: string; readonly parameters: object }[];
  /** The store refuses the commit. */
  readonly isStoreDown?: boolean;
}

export interface Expected {
  readonly given?: Given;
  readonly identity: {
    readonly serialNumber: string | null;
    readonly operation: string;
    readonly isPoll?: boolean;
    readonly problem?: string;
  };
  /** Subsets of the decoded values, every list complete; a list that is not named is empty. Absent: nothing is decoded. */
  readonly decoded?: {
    readonly punches?: readonly object[];
    readonly users?: readonly object[];
    readonly templates?: readonly object[];
    readonly photos?: readonly object[];
    readonly operations?: readonly object[];
    readonly results?: readonly object[];
    readonly parked?: readonly object[];
    readonly profile?: object;
    /** Exact: `{}` says that no pointer moves. */
    readonly stamps?: Readonly<Record<string, string>>;
  };
  readonly reply: {
    readonly status: number;
    /** The exact body, one character per byte … */
    readonly body?: string;
    /** … or what stands in it, and what does not. */
    readonly bodyStartsWith?: string;
    readonly bodyContains?: readonly string[];
    readonly bodyLacks?: readonly string[];
    readonly isClosing?: boolean;
    /** `text/plain` unless said. */
    readonly contentType?: string;
  };
}

export const SERIAL = 'TST9000000001';
/** The server's clock in every exchange. */
export const NOW = '2026-03-09T08:35:30Z';

interface Extra {
  readonly version?: string;
  readonly headers?: readonly string[];
}

/** A request as bytes; `body` has one character per byte. */
export function http(method: string, target: string, body: string | Buffer | undefined, extra: Extra = {}): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : (body ?? Buffer.alloc(0));
  const head = [
    `${method} ${target} HTTP/${extra.version ?? '1.1'}`,
    'Host: adms.example.test',
    'User-Agent: iClock Proxy/1.09',
    ...(extra.headers ?? []),
    ...(body === undefined ? [] : [`Content-Length: ${bytes.length}`]),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}

export const get = (target: string, extra?: Extra): Buffer => http('GET', target, undefined, extra);
export const post = (target: string, body: string | Buffer, extra?: Extra): Buffer => http('POST', target, body, extra);
