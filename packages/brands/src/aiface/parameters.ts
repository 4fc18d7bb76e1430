import { BiolistenerError, type JsonObject } from '@biolistener/core';
import { pinProblem, type Problem } from './compatibility.ts';
import { AIFACE_ERRORS, type AifaceErrorCode } from './errors.ts';
import { integerOf, numberOrText, textOf } from './message.ts';

/** Why a command is not written. Raised and caught inside `encode` only. */
export class Refusal extends BiolistenerError {
  constructor(code: AifaceErrorCode, message: string) {
    super(code, AIFACE_ERRORS[code].kind, message);
  }
}

export function refuseIf(problem: Problem | undefined): void {
  if (problem) throw new Refusal(problem.reason, problem.detail);
}

export const wrong = (detail: string): Refusal => new Refusal('AI_COMMAND_PARAMETERS', detail);

export function textIn(parameters: JsonObject, name: string): string | undefined {
  const value = parameters[name];
  if (value === undefined || value === null) return undefined;
  const text = textOf(value);
  if (text === undefined) throw wrong(`${name} must be text`);
  return text;
}

/** The number of one person, as these terminals write it: a JSON number where that is exact (§4.8). */
export function enrollIdIn(parameters: JsonObject): number | string {
  const pin = textIn(parameters, 'pin') ?? '';
  refuseIf(pinProblem(pin));
  return numberOrText(pin);
}

export function integerIn(parameters: JsonObject, name: string, low: number, high: number): number | undefined {
  const value = parameters[name];
  if (value === undefined || value === null) return undefined;
  const number = integerOf(value);
  if (number === undefined || number < low || number > high)
    throw wrong(`${name} must be a whole number from ${low} to ${high}`);
  return number;
}

/** A day, from a wall time or a date. */
export function dayIn(parameters: JsonObject, name: string): string | undefined {
  const text = textIn(parameters, name);
  if (text === undefined) return undefined;
  const day = /^\d{4}-\d{2}-\d{2}(?=$|[ T])/.exec(text)?.[0];
  if (day === undefined || Number.isNaN(Date.parse(`${day}T00:00:00Z`))) throw wrong(`${name} is no date YYYY-MM-DD`);
  return day;
}
