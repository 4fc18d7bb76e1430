import { messageOf } from '@biolistener/core';
import { openWebhookSecret, WEBHOOK_SECRET_SETTING, type Vault } from '@biolistener/security';
import type { SettingStore } from '@biolistener/store';
import type { Log } from '@biolistener/telemetry';

export interface SecretSources {
  /** From the environment; counts beside the stored one. */
  readonly configured: string | undefined;
  readonly store: Pick<SettingStore, 'listSettings'>;
  readonly vault: Vault;
  readonly log: Log;
  readonly now?: () => number;
}

const KEEP_MS = 2000;

/** The secrets that sign webhooks: the configured one, and the one that the installer keeps sealed in the store. */
export function webhookSecrets({ configured, store, vault, log, now = Date.now }: SecretSources) {
  let kept: { readonly at: number; readonly secrets: readonly string[] } | undefined;
  return async (): Promise<readonly string[]> => {
    if (kept !== undefined && now() - kept.at < KEEP_MS) return kept.secrets;
    const row = (await store.listSettings()).find(({ key }) => key === WEBHOOK_SECRET_SETTING);
    const secrets = [configured ?? '', opened(vault, row?.value, log) ?? ''].filter((secret) => secret !== '');
    kept = { at: now(), secrets };
    return secrets;
  };
}

function opened(vault: Vault, value: unknown, log: Log): string | undefined {
  try {
    return openWebhookSecret(vault, value);
  } catch (error) {
    // told each time: without it every webhook is refused, and changes are a minute late
    log.error(
      { reason: messageOf(error) },
      'the webhook secret cannot be opened; run biolistener erpnext install again',
    );
    return undefined;
  }
}
