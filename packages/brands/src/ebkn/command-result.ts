import type { CommandResult, Json, JsonObject } from '@biolistener/core';
import { FINAL_FAILURES } from './codes.ts';
import { flatJson, integerOf, type Fields } from './fields.ts';
import { park, type Findings, type Message } from './findings.ts';
import { isLogList, isUserList, takeLog, takeUserList } from './lists.ts';
import { takeEnrolData, takeUser } from './user-object.ts';

/** Never in a result's `info`: they are users' secrets, stored as such or not at all. */
const SECRET_KEYS: ReadonlySet<string> = new Set([
  'user_pass',
  'enroll_data',
  'enroll_data_array',
  'user_photo',
  'token_id',
]);
/** Long, and stored as records. */
const LIST_KEYS: ReadonlySet<string> = new Set(['log_array', 'user_id_array', 'Glog']);

function infoOf(json: Fields | undefined): JsonObject {
  const info: Record<string, Json> = {};
  for (const [key, value] of Object.entries(json ?? {}).slice(0, 100)) {
    const flat = SECRET_KEYS.has(key) || LIST_KEYS.has(key) || key === '__proto__' ? undefined : flatJson(value);
    if (flat !== undefined) info[key.slice(0, 60)] = flat;
  }
  return info;
}

/**
 * What a return code proves: OK is taken as done, a verb or parameter that the terminal does not know is final,
 * and every other error leaves open whether it happened: some models answer `Error` to what they did (§5.5, §6.4).
 */
export function verdictOf(returnCode: string | undefined, hasData: boolean): CommandResult['verdict'] {
  const code = (returnCode ?? '').trim().toUpperCase();
  if (code === 'OK' || (code === '' && hasData)) return 'done';
  return FINAL_FAILURES.has(code) ? 'failed-for-good' : 'unclear';
}

/** An unknown verb; the invalid-parameter errors are about what was in it (§4.4). */
const isVerbMissing = (code: string | undefined): boolean => code?.trim().toUpperCase() === 'ERROR_NOT_SUPPORTED';

/** Notes in the profile (`unsupported`) that the terminal does not have the verb that was sent under this id. */
function learnMissing({ request, ctx, found }: Message): void {
  const word = ctx.wordOf?.(request.transId);
  if (word === undefined) return;
  const before = ctx.terminal.profile['unsupported'];
  const known: readonly Json[] = Array.isArray(before) ? (before as readonly Json[]) : []; // profiles are JSON
  if (!known.includes(word)) found.profile['unsupported'] = [...known, word];
}

/** Counters of `GET_DEVICE_STATUS`, under one spelling: families differ in underscores and case (§5.9). */
function learnCounters(json: Fields, found: Findings): void {
  const counters: Record<string, number> = {};
  for (const [key, value] of Object.entries(json).slice(0, 100)) {
    const number = integerOf(value);
    const name = key.replaceAll('_', '').toLowerCase();
    if (
      number !== undefined &&
      /^(total)?(user|manager|fp|face|password|pwd|idcard|card|qr|log|palm)\w*count$/.test(name)
    ) {
      counters[name] = number;
    }
  }
  if (Object.keys(counters).length > 0) found.profile['counters'] = counters;
}

/** The data of a result. The message does not name its command, so the keys of the body tell (§5). */
export function takeResultData(json: Fields, message: Message): void {
  if (isLogList(json)) takeLog(json, message);
  else if (isUserList(json)) takeUserList(json, message);
  else if ('enroll_data' in json) takeEnrolData(json, message);
  else if ('user_id' in json && ('user_name' in json || 'enroll_data_array' in json || 'user_privilege' in json)) {
    takeUser(json, message);
  } else learnCounters(json, message.found);
}

/** `send_cmd_result`. An empty body is the normal case. Source: protocols/ebkn-fkweb.md §4.4; cases B15–B17, H03. */
export function takeResult(message: Message, firstReturnCode: string | undefined): void {
  const { frame, request, found } = message;
  if (frame.json) takeResultData(frame.json, message);
  else if (frame.binaries.length > 0) park(message, 'EB_LAYOUT_UNKNOWN', 'a command result of binaries without JSON');
  const code = request.returnCode ?? firstReturnCode;
  if (request.transId === '') {
    park(message, 'EB_RESULT_WITHOUT_ID', `return code ${(code ?? 'missing').slice(0, 40)}`);
    return;
  }
  if (isVerbMissing(code)) learnMissing(message);
  const result: CommandResult = {
    id: request.transId.slice(0, 64),
    code: (code ?? '').slice(0, 64),
    verdict: verdictOf(code, frame.json !== undefined),
    info: infoOf(frame.json),
  };
  found.events.push({ kind: 'command-result', result });
}
