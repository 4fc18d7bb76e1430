import type { AnyRoute } from '../route.ts';
import { commandRoutes } from './commands.ts';
import { punchRoutes } from './punches.ts';
import { rosterRoutes } from './roster.ts';
import { terminalRoutes } from './terminals.ts';
import { userRoutes } from './users.ts';

/** Every route under /api/v1 that needs a token; the server and the OpenAPI document know no others. */
export const ROUTES: readonly AnyRoute[] = [
  ...terminalRoutes,
  ...userRoutes,
  ...commandRoutes,
  ...rosterRoutes,
  ...punchRoutes,
];
