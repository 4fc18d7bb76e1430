import { isZone, toInstant, type JsonObject } from '@biolistener/core';
import { hasSecretReference, type EncodeContext } from '@biolistener/wire';
import type { SupremaReason } from './errors.ts';
import { readStamp } from './event-time.ts';
import { accessGroupOf, accessProblem } from './compatibility.ts';
import type { Problem } from './template-forms.ts';

/** A command that cannot be written, raised within this folder and caught by `encode`. */
export class Refusal extends Error {
  readonly reason: SupremaReason;

  constructor(reason: SupremaReason, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

export function refuseIf(problem: Problem | undefined): void {
  if (problem) throw new Refusal(problem.reason, problem.detail);
}

export function textParameter(parameters: JsonObject, name: string): string | undefined {
  const value = parameters[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new Refusal(
    hasSecretReference(value) ? 'SU_SECRET_UNRESOLVED' : 'SU_COMMAND_PARAMETERS',
    `${name} must be text`,
  );
}

export function pinParameter(parameters: JsonObject): string {
  const pin = textParameter(parameters, 'pin');
  if (pin === undefined || pin === '') throw new Refusal('SU_COMMAND_PARAMETERS', 'pin is missing');
  return pin;
}

/** The access group that stands for this device; what is asked about people means nothing without it. */
export function accessGroup({ terminal }: EncodeContext): string {
  refuseIf(accessProblem(terminal));
  return accessGroupOf(terminal) ?? '';
}

/** A wall time of the device's zone as the server wants it: UTC. */
export function utcParameter(parameters: JsonObject, name: string, { terminal }: EncodeContext): string {
  const local = readStamp(textParameter(parameters, name));
  if (local === undefined) throw new Refusal('SU_COMMAND_PARAMETERS', `${name} must be a date and time`);
  const zone = terminal.zone !== undefined && isZone(terminal.zone) ? terminal.zone : 'UTC';
  return new Date(toInstant(local, zone).instant).toISOString();
}
