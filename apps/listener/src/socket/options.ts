/** How sockets of terminals are taken; what is absent is not asked for. */
export interface SocketOptions {
  /** Only paths that begin with `/t/<token>/` are taken; all others are 404. */
  readonly pathToken?: string;
  /** Only with `Authorization: Bearer <token>`. */
  readonly bearer?: string;
  /** Open sockets of all terminals together. */
  readonly most?: number;
  /** How often the hub looks at its sockets, ms. */
  readonly tickMs?: number;
}

export const MOST_SOCKETS = 50_000;
export const TICK_MS = 100;
