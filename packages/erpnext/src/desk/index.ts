export * from './device.ts';
export * from './fields.ts';
export * from './hints.ts';
export * from './import.ts';
export type { ReadTemplates, Sealer } from './import-templates.ts';
export * from './names.ts';
export * from './order.ts';
export * from './site.ts';
export * from './user.ts';
