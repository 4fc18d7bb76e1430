import { afterEach, beforeEach, describe } from '@jest/globals';
import type { Store } from '../contract/index.ts';
import { commands } from './commands.ts';
import { deliveries } from './deliveries.ts';
import { durability } from './durability.ts';
import type { Harness, Place } from './harness.ts';
import { mailboxCrashes } from './mailbox-crashes.ts';
import { marks } from './marks.ts';
import { pinOwners } from './owners.ts';
import { people } from './people.ts';
import { parked } from './parked.ts';
import { persons } from './persons.ts';
import { queries } from './queries.ts';
import { results } from './results.ts';
import { roster } from './roster.ts';
import { seals } from './seals.ts';
import { templates } from './templates.ts';
import { terminals } from './terminals.ts';
import { uploads } from './uploads.ts';

/**
 * What every store has to pass: all methods of the contract, atomicity, crashes, a full disk, several processes.
 * Each test gets an empty store of its own.
 */
export function describeStore(name: string, harness: Harness): void {
  describe(`${name} store`, () => {
    let place: Place | undefined;
    let store: Store | undefined;
    beforeEach(async () => {
      place = await harness.create();
      store = await place.open();
    });
    afterEach(async () => {
      await store?.close();
      await place?.remove();
    });
    const subject = () => {
      if (!place || !store) throw new Error('asked for outside of a test');
      return { place, store };
    };
    describe('uploads', () => uploads(subject));
    describe('terminals', () => terminals(subject));
    describe('deliveries', () => deliveries(subject));
    describe('people, settings and leases', () => people(subject));
    describe('owners of PINs', () => pinOwners(subject));
    describe('commands', () => commands(subject));
    describe('results of commands', () => results(subject));
    describe('mailboxes in a crash', () => mailboxCrashes(subject));
    describe('persons', () => persons(subject));
    describe('templates of persons', () => templates(subject));
    describe('the roster', () => roster(subject));
    describe('marks', () => marks(subject));
    describe('seals', () => seals(subject));
    describe('queries', () => queries(subject));
    describe('parked pieces', () => parked(subject));
    describe('durability', () => durability(subject));
  });
}

export type { Harness, Place } from './harness.ts';
