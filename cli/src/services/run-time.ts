import { runTimeSettings, type RunTimeSettings } from '@biolistener/config';
import type { DeliverySettings } from '@biolistener/erpnext';
import type { Store } from '@biolistener/store';

const FOLLOW_MS = 1_000;

export interface FollowedSettings {
  current(): RunTimeSettings;
  stop(): void;
}

/** Keeps the run-time settings in memory and follows the store, so that a change needs no restart. */
export async function followSettings(store: Store): Promise<FollowedSettings> {
  let revision = await store.revision();
  let current = runTimeSettings(await store.listSettings());
  const timer = setInterval(() => {
    void refresh().catch(() => undefined); // the store may be away for a moment; the last settings stay in force
  }, FOLLOW_MS);
  async function refresh(): Promise<void> {
    const now = await store.revision();
    if (now === revision) return;
    current = runTimeSettings(await store.listSettings());
    revision = now;
  }
  return { current: () => current, stop: () => clearInterval(timer) };
}

/** What times the time that terminals may take to answer. */
export const patienceOf = (followed: FollowedSettings) => (): number =>
  followed.current()['command.patience_percent'] / 100;

/** The run-time settings in the worker's words. */
export function deliverySettings(settings: RunTimeSettings): DeliverySettings {
  return {
    logTypePolicy: {
      kind: settings['log_type.policy'],
      resetAfterHours: settings['log_type.reset_after_hours'],
      repeatSeconds: settings['log_type.repeat_seconds'],
    },
    employeeIdField: settings['employee.id_field'],
    unknownEmployee: settings['employee.unknown'],
    deviceIdTemplate: settings['checkin.device_id'],
    skipAutoAttendance: settings['checkin.skip_auto_attendance'],
    mirrorEverySeconds: settings['mirror.every_seconds'],
    reconcileEveryHours: settings['mirror.reconcile_hours'],
    retryRefusedEveryMinutes: settings['refused.retry_minutes'],
    watermark: {
      isOn: settings['watermark.on'],
      feeds: settings['watermark.feeds'],
      marginMinutes: settings['watermark.margin_minutes'],
      parkedHours: settings['watermark.parked_hours'],
    },
    clockBeyondSeconds: settings['clock.set_beyond_seconds'],
  };
}
