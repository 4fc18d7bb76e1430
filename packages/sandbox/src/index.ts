export type { Doc, Value } from './document.ts';
export type { FaultControl } from './fault-control.ts';
export type { Fault, FaultAction, FaultScope, FaultState } from './faults.ts';
export { allow, field, type Field, type FieldType, type Meta, type PermissionRow } from './meta.ts';
export type { ProfileName } from './profile.ts';
export { type Sandbox, type SandboxOptions, startSandbox } from './sandbox.ts';
export { SANDBOX_USERS } from './seed.ts';
