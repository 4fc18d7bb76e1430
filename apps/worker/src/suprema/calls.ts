import {
  CODE,
  cardNumbers,
  fieldsOf,
  idOf,
  isDeviceId,
  PAGE,
  rowsOf,
  searchBody,
  textOf,
  userOf,
  type Fields,
  type SearchWindow,
} from '@biolistener/brands/suprema';
import type { BioStarApi } from './api.ts';
import { bodyOf, Refused } from './refused.ts';

export interface Device {
  readonly id: string;
  readonly name: string;
  /** 0 disconnected, 1 connected, 2 its users could not be brought in line. */
  readonly status: string;
}

/** Every device of the server (§2). */
export async function listDevices(
  api: BioStarApi,
): Promise<{ readonly devices: Device[]; readonly date: number | undefined }> {
  const answer = await api.call({ method: 'GET', path: '/devices' });
  const rows = rowsOf(fieldsOf(bodyOf(answer, 'devices')['DeviceCollection'])['rows']);
  const devices = rows.flatMap((row) => {
    const id = idOf(row);
    if (id === undefined || !isDeviceId(id)) return [];
    return [{ id, name: (textOf(row['name']) ?? '').slice(0, 140), status: textOf(row['status']) ?? '' }];
  });
  return { devices, date: answer.date };
}

/** One page of events (§6.1). */
export async function searchEvents(
  api: BioStarApi,
  window: SearchWindow,
  offset: number,
  limit = PAGE,
): Promise<Fields[]> {
  const answer = await api.call({ method: 'POST', path: '/events/search', body: searchBody(window, offset, limit) });
  return rowsOf(fieldsOf(bodyOf(answer, 'events')['EventCollection'])['rows']);
}

export const userPath = (id: string): string => `/users/${encodeURIComponent(id)}`;

/** A user with everything; undefined where the server has none (code 201, whatever the status; S4). */
export async function findUser(api: BioStarApi, id: string): Promise<Fields | undefined> {
  const answer = await api.call({ method: 'GET', path: userPath(id) });
  if (answer.code === CODE.userNotFound) return undefined;
  return userOf(bodyOf(answer, 'user'));
}

/** The database id of a card: of this user, of the server, or made now (§4.1). */
export async function cardIdOf(api: BioStarApi, number: string, user: Fields | undefined): Promise<string> {
  const known = idAmong(rowsOf(user?.['cards']), number) ?? (await findCard(api, number));
  if (known !== undefined) return known;
  const card = {
    card_type: { id: '0', name: 'CSN', type: '1', mode: 'C' },
    card_id: number,
    display_card_id: number,
  };
  const answer = await api.call({ method: 'POST', path: '/cards', body: { CardCollection: { rows: [card] } } });
  const id = idOf(rowsOf(fieldsOf(bodyOf(answer, 'cards')['CardCollection'])['rows'])[0]);
  if (id === undefined) throw new Refused({ code: answer.code, message: 'it named no id' }, 'cards');
  return id;
}

const idAmong = (cards: readonly Fields[], number: string): string | undefined =>
  idOf(cards.find((card) => cardNumbers({ cards: [card] })[0] === number));

async function findCard(api: BioStarApi, number: string): Promise<string | undefined> {
  const answer = await api.call({ method: 'GET', path: '/cards' });
  return idAmong(rowsOf(fieldsOf(bodyOf(answer, 'cards')['CardCollection'])['rows']), number);
}

const MOST_DELETED = 100;

/**
 * Removes users, a hundred at a time; one that is gone already stops nobody else (S18). A chunk that is refused goes one by
 * one. Answers those that the server still has. Errors: those of the calls.
 */
export async function deleteUsers(api: BioStarApi, ids: readonly string[]): Promise<string[]> {
  const left: string[] = [];
  for (let from = 0; from < ids.length; from += MOST_DELETED) {
    const chunk = ids.slice(from, from + MOST_DELETED);
    const code = await deleteChunk(api, chunk);
    if (code === CODE.success) continue;
    for (const id of chunk) if (!(await deleteOne(api, id))) left.push(id);
  }
  return left;
}

async function deleteChunk(api: BioStarApi, ids: readonly string[]): Promise<string> {
  const answer = await api.call({ method: 'DELETE', path: `/users?id=${ids.map(encodeURIComponent).join('+')}` });
  return answer.code;
}

/** A second deletion is an error there: what counts is whether the user is gone. */
async function deleteOne(api: BioStarApi, id: string): Promise<boolean> {
  const code = await deleteChunk(api, [id]);
  return code === CODE.success || code === CODE.userNotFound || (await findUser(api, id)) === undefined;
}
