import { DEFAULT_LOG_TYPE_POLICY, type LogTypePolicy, type TerminalRole } from '@biolistener/core';

/** What people decide about delivery. Read anew for each piece of work, so that a change needs no restart. */
export interface DeliverySettings {
  readonly logTypePolicy: LogTypePolicy;
  /** Employee's field that holds the PIN. */
  readonly employeeIdField: string;
  /** park-and-add: a Biometric Device User is made of a PIN that nobody has, so that the employee can be chosen in Desk. */
  readonly unknownEmployee: 'park' | 'park-and-add';
  /** `{name}`, `{serial}`, `{place}`, `{role}` and plain text. */
  readonly deviceIdTemplate: string;
  /** true: HRMS keeps the check-in but makes no attendance of it. */
  readonly skipAutoAttendance: boolean;
  readonly mirrorEverySeconds: number;
  /** Full comparison with the site, besides the one at start. */
  readonly reconcileEveryHours: number;
  /** First wait before refused check-ins are tried again; doubles to a day while none of them is accepted. */
  readonly retryRefusedEveryMinutes: number;
  readonly watermark: WatermarkSettings;
  /** How far a terminal's clock may be off before it is set; 0: never. */
  readonly clockBeyondSeconds: number;
}

export interface WatermarkSettings {
  readonly isOn: boolean;
  /** Shift Type → serial numbers that feed it. A Shift Type that is not named is fed by every approved terminal. */
  readonly feeds: Readonly<Record<string, readonly string[]>>;
  /** How long after a terminal's contact its punches may still be on the way. */
  readonly marginMinutes: number;
  /** How long a parked punch holds a Shift Type back. */
  readonly parkedHours: number;
}

export const DEFAULT_DELIVERY_SETTINGS: DeliverySettings = {
  logTypePolicy: DEFAULT_LOG_TYPE_POLICY,
  employeeIdField: 'attendance_device_id',
  unknownEmployee: 'park',
  deviceIdTemplate: '{name}',
  skipAutoAttendance: false,
  mirrorEverySeconds: 30,
  reconcileEveryHours: 24,
  retryRefusedEveryMinutes: 60,
  watermark: { isOn: false, feeds: {}, marginMinutes: 10, parkedHours: 72 },
  clockBeyondSeconds: 60,
};

/** Employee Checkin.device_id holds at most 140 characters (contract §3.1). */
const DEVICE_ID_LENGTH = 140;

/** The text of `device_id`: what Desk says of the terminal, else by the template; one without a name is shown by its serial number. */
export function deviceIdOf(
  template: string,
  terminal: {
    readonly serialNumber: string;
    readonly name: string | undefined;
    readonly place: string | undefined;
    readonly role: TerminalRole;
    readonly deviceId?: string;
  },
): string {
  if (terminal.deviceId !== undefined && terminal.deviceId !== '') return terminal.deviceId.slice(0, DEVICE_ID_LENGTH);
  const values: Readonly<Record<string, string>> = {
    name: terminal.name ?? terminal.serialNumber,
    serial: terminal.serialNumber,
    place: terminal.place ?? '',
    role: terminal.role,
  };
  const text = template.replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole).trim();
  return (text === '' ? terminal.serialNumber : text).slice(0, DEVICE_ID_LENGTH);
}
