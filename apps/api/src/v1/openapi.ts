import { z } from 'zod';
import type { AnyRoute } from './route.ts';
import { ROUTES } from './routes/index.ts';
import { problem } from './shapes.ts';

export const API_PATH = '/api/v1';

function schemaOf(shape: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io, unrepresentable: 'any' });
  return schema;
}

function parametersOf(shape: z.ZodObject, where: 'path' | 'query'): object[] {
  const shapes: Readonly<Record<string, z.ZodType>> = shape.shape;
  return Object.entries(shapes).map(([name, one]) => {
    const { description, ...schema } = schemaOf(one, 'input') as { description?: string };
    const isRequired = where === 'path' || !one.safeParse(undefined).success;
    return { name, in: where, required: isRequired, schema, ...(description === undefined ? {} : { description }) };
  });
}

const asJson = (schema: object): object => ({ 'application/json': { schema } });
const PROBLEM = {
  description: 'Not done: code, message, and what to do',
  content: asJson({ $ref: '#/components/schemas/Problem' }),
};

function operationOf(one: AnyRoute): object {
  return {
    operationId: one.id,
    summary: one.summary,
    'x-permission': one.permission,
    parameters: [...parametersOf(one.params, 'path'), ...parametersOf(one.query, 'query')],
    ...(one.body === undefined
      ? {}
      : { requestBody: { required: true, content: asJson(schemaOf(one.body, 'input')) } }),
    responses: {
      [one.status ?? 200]: { description: one.summary, content: asJson(schemaOf(one.reply, 'output')) },
      default: PROBLEM,
    },
  };
}

/** The document of the API, made from the routes themselves. */
export function openApiDocument(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const one of ROUTES) paths[one.path] = { ...paths[one.path], [one.method]: operationOf(one) };
  return {
    openapi: '3.1.0',
    info: { title: 'Biolistener', version: '1', description: 'Terminals, people, commands, rosters, punches.' },
    servers: [{ url: API_PATH }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'biolistener token create' } },
      schemas: { Problem: schemaOf(problem, 'output') },
    },
  };
}
