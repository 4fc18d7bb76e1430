/** Punches are counted to their terminals when they get their search rows: those that were counted before get theirs now. */
export const tallies = {
  id: 9,
  name: 'tallies',
  sql: `
INSERT INTO punch_times (seq, terminal_id, pin, instant)
  SELECT seq, terminal_id, pin, instant FROM punches WHERE seq > (SELECT coalesce(max(seq), 0) FROM punch_times);`,
} as const;
