import { asPin } from '@biolistener/core';
import { runTimeSettings } from '@biolistener/config';
import { print } from '../output.ts';
import { needTarget, withStore } from '../services/with-store.ts';
import { pinHistoryText } from '../views/pin.ts';

/** Every period of a PIN at the site that check-ins go to, oldest first. */
export async function pinHistory(text: string, options: { readonly json?: boolean }): Promise<void> {
  await withStore(async ({ store }) => {
    const target = await needTarget(store);
    const field = runTimeSettings(await store.listSettings())['employee.id_field'];
    const periods = await store.ownersOf(target.id, field, asPin(text), 'text');
    print(options, { pin: text, target: target.id, field, periods }, () => pinHistoryText(text, field, periods));
  });
}
