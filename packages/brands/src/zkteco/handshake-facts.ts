import type { Json, JsonObject } from '@biolistener/core';
import type { DecodeContext } from '@biolistener/wire';
import type { Collector } from './collector.ts';
import { protocolVersion } from './proto-version.ts';
import type { HandshakeForm } from './reply-form.ts';
import type { Route } from './route.ts';
import { resendOffered } from './stamps.ts';
import { parameterOf } from './target.ts';
import { reportsMultiBio } from './versions.ts';

const WORD_LIMIT = 100;

/**
 * What a handshake says about the terminal. Something that it said before and says no more is forgotten.
 * A shared secret (`pushcommkey`, `ComKey`) is never kept, only that there is one. Source: protocols/zkteco-push.md §1.3, §2.2.
 */
export function handshakeFacts(route: Route, ctx: DecodeContext): JsonObject {
  const said = (name: string): string | null => parameterOf(route.target, name)?.slice(0, WORD_LIMIT) ?? null;
  const language = said('language');
  const facts: Record<string, Json> = {
    pushver: said('pushver'),
    language: language !== null && /^\d{1,4}$/.test(language) ? Number(language) : language,
    deviceType: said('devicetype')?.toLowerCase() ?? null,
    offersOptions: said('pushoptionsflag') === '1',
    hasCommKey: said('pushcommkey') !== null || said('comkey') !== null,
    handshakeAt: ctx.now,
    ...resendOffered(ctx.terminal.profile),
  };
  const family = said('device_type');
  if (family !== null) facts['deviceFamily'] = family;
  return facts;
}

export function handshakeReply(route: Route, into: Collector): HandshakeForm {
  const { profile, options } = into.ctx.terminal;
  const cap = options?.['pushProtVer'];
  const version = protocolVersion(
    parameterOf(route.target, 'pushver'),
    profile['encryptionRequested'] === true,
    typeof cap === 'string' ? cap : undefined,
  );
  return {
    form: 'handshake',
    dialect: into.dialect === 'SEC' ? 'ATT' : into.dialect,
    version,
    asksOptions: parameterOf(route.target, 'pushoptionsflag') === '1',
    multiBio: reportsMultiBio(profile),
  };
}
