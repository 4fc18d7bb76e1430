import { digestOf } from '@biolistener/core';
import { normaliseUrl } from './client.ts';

/** A site as a target of deliveries: the same address, however written, is the same target (design §4.5). */
export const targetIdOf = (url: string): string => digestOf(normaliseUrl(url).toLowerCase()).slice(0, 12);
