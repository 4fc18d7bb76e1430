import type { Json, JsonObject } from '@biolistener/core';

/** Keys of terminals that encrypt are among their options, and a card number opens doors. */
const SECRET_NAME = /key|password|passwd|secret|token|template|photo|^card(no|number)?$/i;
const MASK = '********';

/** The same with asterisks for whatever has a name that speaks of a secret, at any depth. */
export function masked(values: JsonObject): JsonObject {
  const entries = Object.entries(values).map(([name, value]) => [name, SECRET_NAME.test(name) ? MASK : inner(value)]);
  return Object.fromEntries(entries) as JsonObject; // Json in, Json out
}

function inner(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  return isList(value) ? value.map(inner) : masked(value);
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
