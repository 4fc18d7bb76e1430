/** What the plugin brings to a site, by name (apps/frappe). */
export const DEVICE = 'Biometric Device';
export const DEVICE_USER = 'Biometric Device User';
export const DEVICE_USER_DETAIL = 'Biometric Device User Detail';
export const DEVICE_COMMAND = 'Biometric Device Command';
export const INTEGRATION_SETTINGS = 'Biometric Integration Settings';

/** Whose documents the site announces by webhooks, and we read again. */
export const ANNOUNCED = [DEVICE, DEVICE_USER, DEVICE_COMMAND, 'Employee'] as const;
export type AnnouncedDoctype = (typeof ANNOUNCED)[number];

export type Row = Readonly<Record<string, unknown>>;
