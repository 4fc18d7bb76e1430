import type { z } from 'zod';
import type { Permission } from '@biolistener/security';
import type { Who, WorkDeps } from './work/index.ts';

/** Who asks: a token by its name, and what it may. */
export interface Caller extends Who {
  readonly permissions: ReadonlySet<Permission>;
}

export interface CallContext extends WorkDeps {
  readonly caller: Caller;
  /** Ids of the keys that seal here: certificates of erasure name them. */
  readonly keyIds: () => readonly string[];
  /** Errors: API_FORBIDDEN. For what only the body tells. */
  demand(permission: Permission): void;
}

type Shape = z.ZodObject;

/** One route: how it is called, who may, and what it answers. The server and the OpenAPI document are made from these. */
export interface Route<P extends Shape, Q extends Shape, B extends Shape, R extends z.ZodType> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As OpenAPI writes it: `/terminals/{serialNumber}`. */
  readonly path: string;
  /** Stable: clients are made from it. */
  readonly id: string;
  readonly summary: string;
  readonly permission: Permission;
  readonly params: P;
  readonly query: Q;
  /** Absent: a body is not read. */
  readonly body?: B;
  /** What it does not name does not leave the service. */
  readonly reply: R;
  readonly status?: 200 | 201 | 202;
  run(input: { params: z.output<P>; query: z.output<Q>; body: z.output<B> }, ctx: CallContext): Promise<unknown>;
}

/** Any route, for lists of them. */
export type AnyRoute = Route<Shape, Shape, Shape, z.ZodType>;

/** Checks that a handler fits the shapes of its route, and forgets them: it is only called with what these have parsed. */
export const route = <P extends Shape, Q extends Shape, B extends Shape, R extends z.ZodType>(
  one: Route<P, Q, B, R>,
): AnyRoute => one;
