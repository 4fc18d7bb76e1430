import type { Database } from './database.ts';

/** Writes who did what, in the same transaction as the deed. Details hold no secrets. */
export function audit(db: Database, actor: string, action: string, subject: string, details: object): void {
  db.run(
    'INSERT INTO audit (at, actor, action, subject, details) VALUES (?, ?, ?, ?, ?)',
    Date.now(),
    actor,
    action,
    subject,
    JSON.stringify(details),
  );
}

/** Tells every process that caches terminals, settings or commands to read again. */
export function moveRevision(db: Database): void {
  db.run("UPDATE meta SET value = value + 1 WHERE key = 'revision'");
}
