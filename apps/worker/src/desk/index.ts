export { DESK_PACES, type DeskCommandRequest, type DeskDeps, type DeskPaces, type MadeCommand } from './deps.ts';
export type { DeskStatus } from './desk-keeper.ts';
export { startDesk, type RunningDesk } from './start-desk.ts';
export { deskCommands, type DeskRules } from './make-commands.ts';
