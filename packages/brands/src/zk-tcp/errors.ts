import type { ErrorCatalog } from '@biolistener/core';

/** Why a read or a command of a pulled terminal failed: codes, when they happen, and what a person can do. */
export const zkTcpErrors = {
  ZKT_NOT_STANDALONE: {
    kind: 'permanent',
    when: 'The first byte is that of a C3 or inBio access panel, which speaks another protocol on the same port.',
    fix: 'Pull needs a standalone terminal; panels are not supported.',
  },
  ZKT_FRAME_INVALID: {
    kind: 'transient',
    when: 'The bytes are no frame of the protocol, or announce an impossible length.',
    fix: 'Check the address and port (4370 as a rule); something else may answer there.',
  },
  ZKT_KEY_WRONG: {
    kind: 'permanent',
    when: 'The terminal wants a communication key and did not take the one that it was given.',
    fix: 'Read Comm Key in the menu of the terminal, and give it with `biolistener device add <address> --key-file <file>`.',
  },
  ZKT_SESSION_LOST: {
    kind: 'transient',
    when: 'The terminal forgot the connection in the middle of the work.',
    fix: 'It is connected again by itself. If it happens often, another program reads the same terminal: stop that one.',
  },
  ZKT_REFUSED: {
    kind: 'permanent',
    when: 'The terminal answered a command with another code than OK.',
    fix: 'A terminal in access control mode refuses its attendance log (4989): set its device type to time attendance.',
  },
  ZKT_READ_INCOMPLETE: {
    kind: 'transient',
    when: 'A table arrived shorter than the terminal announced. Nothing of it is used.',
    fix: 'It is read again by itself. On slow links make the portion smaller: option `chunkBytes` of the terminal.',
  },
  ZKT_LOG_UNSTEADY: {
    kind: 'permanent',
    when: 'The log of the terminal was another one each time that a read went on. What came until then is stored.',
    fix: 'See whether another program clears or reads the same terminal; else its memory is damaged: restart it.',
  },
  ZKT_LAYOUT_UNKNOWN: {
    kind: 'permanent',
    when: 'The records have a length that is not known: decoding them would make punches up.',
    fix: 'Report model and firmware with the bytes that stand in the parked piece.',
  },
  ZKT_SILENT: {
    kind: 'transient',
    when: 'The terminal did not answer in time.',
    fix: 'Check power, cable and address; it is tried again with growing pauses.',
  },
  ZKT_OTHER_TERMINAL: {
    kind: 'permanent',
    when: 'At the address of a terminal another one answers: its serial number differs. Nothing of it is read.',
    fix: 'Its address moved, as a rule by DHCP. Give it a fixed one, then say it with `biolistener device add <address>`.',
  },
  ZKT_BUSY: {
    kind: 'transient',
    when: 'The service itself holds the connection to the terminal, and a terminal has room for one.',
    fix: 'Wait until the read is over, or stop the service for the moment of the test.',
  },
  ZKT_PROFILE_UNKNOWN: {
    kind: 'transient',
    when: 'Nothing may be written to the terminal, because it was not read yet or did not say what it takes.',
    fix: 'Wait for its next read; `biolistener device test` shows whether it can be reached.',
  },
  ZKT_PIN_UNFIT: {
    kind: 'permanent',
    when: 'The terminal cannot hold the PIN: it has letters, zeros in front, or is too long there.',
    fix: 'Give the person another PIN, or leave the person off this terminal.',
  },
  ZKT_TEMPLATE_FOREIGN: {
    kind: 'permanent',
    when: 'The record is none of those that are written this way: fingerprints of ZK in the algorithm that the terminal has.',
    fix: 'Enrol the person at this terminal, or bring faces and palms by push where the terminal has it.',
  },
  ZKT_COMMAND_UNSUPPORTED: {
    kind: 'permanent',
    when: 'The protocol has no such command, or we do not send it.',
    fix: 'Choose another command; the list is in docs/protocols/zk-tcp.md.',
  },
  ZKT_COMMAND_PARAMETERS: {
    kind: 'permanent',
    when: 'A parameter of a command is missing or cannot be what it should be.',
    fix: 'Correct the parameter; the table in docs/protocols/zk-tcp.md says what each command takes.',
  },
  ZKT_NEEDS_CONFIRMATION: {
    kind: 'permanent',
    when: 'A command that removes records came without `confirmed: true`.',
    fix: 'Ask again and confirm; records that are not proven to be stored are never cleared.',
  },
  ZKT_NOT_PROVEN: {
    kind: 'permanent',
    when: 'The log was not cleared, because it is not proven that every record of it is stored here.',
    fix: 'Let a whole read end first; a terminal whose counter is not right can only be cleared at its own menu.',
  },
  ZKT_TABLE_UNKNOWN: {
    kind: 'malformed',
    when: 'A read names a table or layout that this version does not know.',
    fix: 'Update, then retry the parked piece.',
  },
  ZKT_PIN_IMPOSSIBLE: {
    kind: 'malformed',
    when: 'A record has no user id, or one that nobody can have.',
    fix: 'See on the terminal who punched at that time, and enter the check-in by hand.',
  },
  ZKT_TIME_IMPOSSIBLE: {
    kind: 'malformed',
    when: 'The time of a record is not a date and time that exists.',
    fix: 'Compare with the log on the terminal, and enter the check-in by hand.',
  },
  ZKT_USER_UNKNOWN: {
    kind: 'malformed',
    when: 'A record names only the slot of a user, and no user has that slot any more.',
    fix: 'See on the terminal who punched at that time, and enter the check-in by hand.',
  },
} as const satisfies ErrorCatalog;

export type ZkTcpReason = keyof typeof zkTcpErrors;
