import type { Vault } from '@biolistener/security';
import type { Store } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';
import type { Brand } from '@biolistener/wire';
import type { SupremaPace, SupremaServer } from './settings.ts';

export interface SupremaDeps {
  readonly server: SupremaServer;
  readonly brand: Brand;
  readonly store: Store;
  readonly vault: Vault;
  readonly log: Log;
  /** There are punches to deliver: a hint. */
  readonly nudge: () => void;
  readonly now?: () => number;
  /** Times this is how long a command may stay out before it goes again. Absent: as long as the brand needs. */
  readonly patience?: () => number;
  readonly pace?: Partial<SupremaPace>;
  /** Whenever something was committed; nothing here may throw. */
  readonly onCommitted?: (receipt: { readonly newPunches: number; readonly duplicatePunches: number }) => void;
}
