import { asPin, type TerminalUser } from '@biolistener/core';
import type { WireEvent } from '@biolistener/wire';
import type { TemplateRecord } from './template-record.ts';
import type { UserRecord } from './user-record.ts';

/** A user in the words that all brands share; the rank in the numbers of push (0, 2, 6, 14). */
export function userEvent(user: UserRecord): WireEvent {
  const said: TerminalUser = {
    pin: asPin(user.userId),
    ...(user.name === '' ? {} : { name: user.name }),
    privilege: user.privilege << 1,
    group: String(user.group),
    ...(user.card === 0 ? {} : { card: String(user.card) }),
    ...(user.password === '' ? {} : { password: user.password }),
    isEnabled: user.isEnabled,
    extra: { uid: user.uid },
  };
  return { kind: 'user', user: said };
}

/** As it was read: finger by finger a terminal does not tell the flag (§4.5). */
export interface ToldTemplate extends Omit<TemplateRecord, 'flag'> {
  readonly flag: number | undefined;
}

/** Templates whose user is there; others have no person whom they could be of. */
export function templateEvents(
  templates: readonly ToldTemplate[],
  users: readonly UserRecord[],
  version: string,
): WireEvent[] {
  const ids = new Map(users.map(({ uid, userId }) => [uid, userId]));
  return templates.flatMap(({ uid, finger, flag, data }): WireEvent[] => {
    const id = ids.get(uid);
    if (id === undefined || data.length === 0) return [];
    const template = {
      pin: asPin(id),
      kind: 'fingerprint',
      no: finger % 16,
      index: 0,
      algorithm: 'zk',
      version,
      isValid: flag !== 0,
      isDuress: flag === undefined ? undefined : flag === 3,
      declaredSize: data.length,
      encoding: 'binary',
      data,
    } as const;
    return [{ kind: 'template', template }];
  });
}
