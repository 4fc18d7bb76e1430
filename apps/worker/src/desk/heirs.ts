import { DEVICE_COMMAND, readOrder, type DeskOrder, type DeskSite } from '@biolistener/erpnext';
import { OPEN_COMMAND_STATES, type StoredCommand } from '@biolistener/store';
import type { DeskContext } from './deps.ts';

export const isOpenCommand = ({ state }: StoredCommand): boolean =>
  (OPEN_COMMAND_STATES as readonly string[]).includes(state);

/** Equal commands that wait are one: when an order no longer wants its command, somebody else may. */
export class Heirs {
  readonly #ctx: Pick<DeskContext, 'store'>;
  readonly #site: DeskSite;

  constructor(ctx: Pick<DeskContext, 'store'>, site: DeskSite) {
    this.#ctx = ctx;
    this.#site = site;
  }

  /**
   * Hands over what others count on; answers the commands that nobody else wants. `others`: orders that are open;
   * `areAll`: Desk has no more of them.
   */
  async handOver(
    commands: readonly StoredCommand[],
    others: readonly DeskOrder[],
    areAll: boolean,
  ): Promise<StoredCommand[]> {
    const unwanted: StoredCommand[] = [];
    for (const command of commands) {
      const known = others.find((order) => countsOn(order, command));
      const heir = known ?? (areAll ? undefined : await this.#inDesk(command));
      if (heir === undefined && !(await this.#isOfService(command))) unwanted.push(command);
      else await this.#ctx.store.handOverCommand(command.id, heir?.name);
    }
    return unwanted;
  }

  /** After a start the other one may not have been read yet. */
  async #inDesk({ id, deskName }: StoredCommand): Promise<DeskOrder | undefined> {
    const rows = await this.#site.page({ doctype: DEVICE_COMMAND, fields: ['*'] }, 'name asc', [
      ['command_id', 'like', `%${id}%`],
      ['status', 'in', ['Pending', 'Processing']],
      ['cancel_requested', '=', 0],
    ]);
    const orders = rows.map(readOrder).filter((order) => order !== undefined);
    return orders.find(({ name, commandIds }) => name !== deskName && commandIds.includes(id));
  }

  /** The roster, or the service itself, wants it as well. */
  async #isOfService({ id, origin, pin, serialNumber }: StoredCommand): Promise<boolean> {
    if (origin !== 'desk') return true;
    const persons = pin === undefined ? [] : await this.#ctx.store.listPersons({ pin, limit: 100 });
    const cells = await Promise.all(persons.map((person) => this.#ctx.store.findCell(serialNumber, person.id)));
    return cells.some((cell) => cell?.items.some(({ commandId }) => commandId === id));
  }
}

const countsOn = ({ name, commandIds, isCancelRequested }: DeskOrder, { id, deskName }: StoredCommand): boolean =>
  name !== deskName && !isCancelRequested && commandIds.includes(id);
