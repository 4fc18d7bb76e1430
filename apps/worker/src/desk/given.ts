import type { Person } from '@biolistener/store';
import type { DeskContext } from './deps.ts';

const PERSONS_AT_ONCE = 500;

/** Which names of persons this site gave: another site, that never had them, takes nobody away. */
export class Given {
  readonly #ctx: DeskContext;
  #others = 0;

  constructor(ctx: DeskContext) {
    this.#ctx = ctx;
  }

  async note(name: string): Promise<void> {
    if (!(await this.#has(name))) await this.#ctx.store.setCursor(this.#cursor(name), 'given');
  }

  async forget(name: string): Promise<void> {
    await this.#ctx.store.setCursor(this.#cursor(name), '');
  }

  /** Active persons of this site with no document among these. */
  async missing(names: ReadonlySet<string>): Promise<readonly Person[]> {
    const missing: Person[] = [];
    let others = 0;
    for await (const person of this.#active()) {
      if (person.deskName === undefined || names.has(person.deskName)) continue;
      if (await this.#has(person.deskName)) missing.push(person);
      else others += 1;
    }
    this.#sayOthers(others);
    return missing;
  }

  async *#active(): AsyncGenerator<Person> {
    for (let afterId = '0'; ;) {
      const page = await this.#ctx.store.listPersons({ state: 'active', limit: PERSONS_AT_ONCE, afterId });
      yield* page;
      afterId = page.at(-1)?.id ?? afterId;
      if (page.length < PERSONS_AT_ONCE) return;
    }
  }

  #sayOthers(persons: number): void {
    if (persons > 0 && persons !== this.#others)
      this.#ctx.log.warn(
        { persons },
        'another site gave persons that stay as they are: biolistener user leave ends one',
      );
    this.#others = persons;
  }

  async #has(name: string): Promise<boolean> {
    return (await this.#ctx.store.getCursor(this.#cursor(name))) === 'given';
  }

  #cursor(name: string): string {
    return `desk-user.${this.#ctx.targetId}.${name}`;
  }
}
