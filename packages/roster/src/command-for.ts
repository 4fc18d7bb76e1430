import type { CommandKind, Instant, JsonObject, Pin, SerialNumber, Terminal } from '@biolistener/core';
import type { CommandOrigin, NewCommand } from '@biolistener/store';
import { hasSecretReference, mergeKeyOf, type RosterRules } from '@biolistener/wire';
import { isForbiddenRaw } from './raw-guard.ts';
import type { RosterReason } from './errors.ts';
import { logsProvenDelivered, type LogsProofStore } from './logs-proof.ts';
import type { RosterSettings } from './settings.ts';
import { viewOf } from './terminal-view.ts';

/** What somebody asks of a terminal. */
export interface CommandRequest {
  readonly serialNumber: SerialNumber;
  readonly kind: CommandKind;
  readonly parameters: JsonObject;
  readonly origin: CommandOrigin;
  /** `desk:<user>`, `cli:root`, `api:<name>`, `system`. */
  readonly askedBy: string;
  readonly deskName?: string;
  /** Whom it is about; taken from `parameters.pin` where that is given. */
  readonly pin?: Pin;
  readonly notBefore?: Instant;
  readonly deadline?: Instant;
  /** By the clock of whoever asked: what counts for a short while only counts from there. Absent: now. */
  readonly askedAt?: Instant;
  /** Whoever asks has the role for opening doors. The caller knows roles, this place does not. */
  readonly mayOpenDoors?: boolean;
}

export interface CommandForDeps {
  readonly store: LogsProofStore;
  readonly rulesOf: (brand: string) => RosterRules | undefined;
  readonly settings: RosterSettings;
  readonly now: Instant;
}

/** `code` is one of ROSTER_ERRORS or of the brand's; `detail` is a sentence for whoever asked. */
export interface Refused {
  readonly kind: 'refused';
  readonly code: string;
  readonly detail: string;
}

export type CommandAnswer = { readonly kind: 'command'; readonly command: NewCommand } | Refused;

/** How a kind of command waits, and how often it is tried. */
interface Handling {
  /** 0: somebody stands at the terminal. */
  readonly priority: number;
  /** Absent: as long as the settings say. */
  readonly waitsMs?: number;
  /** Done twice is once too often: it is given out once, and never merged. */
  readonly isOnce?: boolean;
}

const ASKED: Handling = { priority: 5 };
const MINUTE = 60_000;
const HANDLING: Readonly<Partial<Record<CommandKind, Handling>>> = {
  'door.open': { priority: 0, waitsMs: MINUTE, isOnce: true },
  'enrol.start': { priority: 0, waitsMs: 10 * MINUTE, isOnce: true },
  restart: { priority: 5, waitsMs: 60 * MINUTE, isOnce: true },
  raw: { priority: 5, isOnce: true },
  'logs.clear': { priority: 5, isOnce: true },
};

/** So much may the clock of whoever asked be ahead: what counts for a short while ends that much earlier, and never later. */
const CLOCKS_DIFFER_MS = 10_000;

const refuse = (code: RosterReason, detail: string): Refused => ({ kind: 'refused', code, detail });

/**
 * The one place that makes a command which somebody asked for: Desk, CLI and API come here. Answers why not, where it may not
 * be. What belongs to a person on a terminal (templates, pictures, passwords) is the roster's, and is not asked for here.
 */
export async function commandFor(request: CommandRequest, deps: CommandForDeps): Promise<CommandAnswer> {
  const terminal = await deps.store.findTerminal(request.serialNumber);
  if (!terminal) return refuse('ROSTER_TERMINAL_UNKNOWN', `No terminal ${request.serialNumber} is known.`);
  const refused =
    statusProblem(terminal) ??
    rightsProblem(request, deps.settings) ??
    abilityProblem(request, terminal, deps.rulesOf(terminal.brand)) ??
    timeProblem(request, deps) ??
    (await logsProblem(request, deps.store));
  return refused ?? { kind: 'command', command: commandOf(request, deps) };
}

function statusProblem({ status, serialNumber }: Terminal): Refused | undefined {
  if (status === 'approved') return undefined;
  return refuse('ROSTER_TERMINAL_NOT_APPROVED', `The terminal ${serialNumber} is ${status}.`);
}

function rightsProblem(request: CommandRequest, settings: RosterSettings): Refused | undefined {
  const { kind, parameters } = request;
  if (hasSecretReference(parameters))
    return refuse('ROSTER_COMMAND_SECRET', 'A command that is asked for names no template, picture or password.');
  if (kind === 'door.open' && request.mayOpenDoors !== true)
    return refuse('ROSTER_DOOR_ROLE', `${request.askedBy} may not open doors.`);
  if (kind !== 'raw') return undefined;
  if (isForbiddenRaw(parameters))
    return refuse('ROSTER_RAW_FORBIDDEN', 'Shells, file transfers and firmware are never sent to a terminal.');
  return settings.isRawAllowed ? undefined : refuse('ROSTER_RAW_OFF', 'Raw commands are switched off.');
}

function abilityProblem(
  { kind, parameters, pin }: CommandRequest,
  terminal: Terminal,
  rules: RosterRules | undefined,
): Refused | undefined {
  if (!rules) return refuse('ROSTER_BRAND_UNKNOWN', `Nobody here speaks the brand ${terminal.brand}.`);
  const view = viewOf(terminal);
  if (!rules.abilities(view).commands.includes(kind))
    return refuse('ROSTER_COMMAND_UNSUPPORTED', `The terminal ${terminal.serialNumber} cannot do ${kind}.`);
  const about = pinOf(parameters, pin);
  const verdict = about === undefined ? undefined : rules.canTake({ what: 'user', pin: about }, view);
  return verdict && !verdict.canTake ? { kind: 'refused', code: verdict.reason, detail: verdict.detail } : undefined;
}

function timeProblem(request: CommandRequest, deps: CommandForDeps): Refused | undefined {
  const { kind, askedAt } = request;
  if (kind === 'door.open' && askedAt !== undefined && askedAt - CLOCKS_DIFFER_MS > deps.now)
    return refuse(
      'ROSTER_CLOCK_AHEAD',
      'By the clock here this is ordered in the future, so nobody can tell how old it is. Set the clocks of the site and of Biolistener right, and order it again.',
    );
  const { waitsMs } = HANDLING[kind] ?? ASKED;
  if (askedAt === undefined || waitsMs === undefined || deadlineOf(request, deps) > deps.now) return undefined;
  const minutes = waitsMs / MINUTE;
  const limit = minutes === 1 ? 'a minute' : `${minutes} minutes`;
  return refuse(
    'ROSTER_TOO_LATE',
    `Too late: this counts for ${limit} only, and was ordered longer ago by the clock of the site. Nothing was done. Order it again.`,
  );
}

function deadlineOf(
  { kind, deadline, notBefore, askedAt }: CommandRequest,
  { settings, now }: CommandForDeps,
): Instant {
  const { waitsMs } = HANDLING[kind] ?? ASKED;
  if (deadline !== undefined) return deadline;
  if (waitsMs === undefined) return (notBefore ?? now) + settings.commandDeadlineMs;
  const from = askedAt === undefined ? (notBefore ?? now) : Math.min(askedAt - CLOCKS_DIFFER_MS, now);
  return from + waitsMs;
}

/** Pictures are no logs: only attendance has to be proven. */
async function logsProblem(
  { kind, parameters, serialNumber }: CommandRequest,
  store: LogsProofStore,
): Promise<Refused | undefined> {
  if (kind !== 'logs.clear' || parameters['what'] === 'photos') return undefined;
  const proof = await logsProvenDelivered(store, serialNumber);
  return proof.isProven ? undefined : refuse('ROSTER_LOGS_UNPROVEN', proof.missing.join(' '));
}

function pinOf(parameters: JsonObject, pin: Pin | undefined): Pin | undefined {
  const named = parameters['pin'];
  return typeof named === 'string' && named !== '' ? (named as Pin) : pin; // a PIN is any text
}

/** A command line without what it carries. */
const FRAME_BYTES = 160;

function commandOf(request: CommandRequest, deps: CommandForDeps): NewCommand {
  const { kind, deskName, notBefore } = request;
  const handling = HANDLING[kind] ?? ASKED;
  // proven above, and somebody asked: codecs want to hear that it is meant
  const parameters = kind === 'logs.clear' ? { ...request.parameters, confirmed: true } : request.parameters;
  const pin = pinOf(parameters, request.pin);
  return {
    serialNumber: request.serialNumber,
    kind,
    parameters,
    origin: request.origin,
    askedBy: request.askedBy,
    priority: handling.priority,
    deadline: deadlineOf(request, deps),
    maxAttempts: handling.isOnce === true ? 1 : deps.settings.commandAttempts,
    bytes: FRAME_BYTES + Buffer.byteLength(JSON.stringify(parameters)),
    ...(deskName === undefined ? {} : { deskName }),
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(pin === undefined ? {} : { pin }),
    ...(handling.isOnce === true ? {} : { mergeKey: mergeKeyOf(kind, parameters) }),
  };
}
