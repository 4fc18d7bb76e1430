import type { SerialNumber } from '@biolistener/core';
import { assignmentsOf, decidePerson, type UserDecision } from '@biolistener/erpnext';
import type { Person } from '@biolistener/store';
import type { DeskContext } from './deps.ts';
import type { DeviceSync } from './devices.ts';
import type { EmployeeWatch } from './employees.ts';
import { isOfOneDocument } from './one-document.ts';

/** Makes persons and their assignments what Desk says of them. */
export class PersonKeeper {
  readonly #ctx: DeskContext;
  readonly #devices: DeviceSync;
  readonly #employees: EmployeeWatch;

  constructor(ctx: DeskContext, devices: DeviceSync, employees: EmployeeWatch) {
    this.#ctx = ctx;
    this.#devices = devices;
    this.#employees = employees;
  }

  /** Answers whom the document stands for; nobody once the employee left. */
  async enforce(user: UserDecision, actor: string): Promise<Person | undefined> {
    const { store, clock, log } = this.#ctx;
    const person = await store.findPerson(user.pin);
    if (user.employee !== undefined && this.#employees.isGone(user.employee)) {
      const isTheirs = person?.employee === user.employee || person?.deskName === user.name;
      if (person && isTheirs) await store.endPerson(person.id, actor, clock.now());
      return undefined;
    }
    const change = decidePerson(user, person);
    const kept = change === undefined ? person : await store.putPerson(change, actor, clock.now());
    if (kept === undefined) return undefined; // decidePerson leaves nobody unmade
    const { wanted, trouble } = await this.#knownDevices(user);
    const current = await store.assignmentsOf(kept.id);
    const isSame = current.length === wanted.length && wanted.every((each) => current.includes(each));
    if (!isSame) await store.setAssignments(kept.id, wanted, actor, clock.now());
    if (change !== undefined || !isSame)
      log.info({ person: kept.id, terminals: wanted.length }, 'person changed by Desk');
    if (trouble !== undefined) throw trouble;
    return kept;
  }

  /** A device that the site will not show keeps nobody on those that they were taken off. */
  async #knownDevices(user: UserDecision): Promise<{ wanted: SerialNumber[]; trouble: Error | undefined }> {
    const wanted: SerialNumber[] = [];
    let trouble: Error | undefined;
    for (const serialNumber of assignmentsOf(user))
      try {
        if (await this.#devices.ensure(serialNumber)) wanted.push(serialNumber);
      } catch (error) {
        if (!(error instanceof Error) || !isOfOneDocument(error)) throw error;
        trouble = error;
      }
    return { wanted, trouble };
  }

  /** Deleted in Desk. */
  async release(person: Person): Promise<void> {
    const { store, clock, log } = this.#ctx;
    const change = { pin: person.pin, isEverywhere: false, deskName: null, origin: 'desk' as const };
    await store.putPerson(change, 'desk:deleted', clock.now());
    await store.setAssignments(person.id, [], 'desk:deleted', clock.now());
    log.info({ person: person.id }, 'deleted in Desk; the person is wanted nowhere');
  }
}
