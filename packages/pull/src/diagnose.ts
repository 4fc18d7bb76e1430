import { identify, readState, TerminalRefusal, zkTcpErrors, type TerminalIdentity } from '@biolistener/brands/zk-tcp';
import { Connection, type ConnectionOptions } from './connection.ts';

export interface Step {
  readonly step: 'reachable' | 'speaks ZK' | 'key' | 'serial number' | 'model' | 'state' | 'clock' | 'log' | 'capacity';
  readonly isOk: boolean;
  readonly detail: string;
  /** What to do, where it is not as it should be. */
  readonly fix?: string;
}

export interface Diagnosis {
  readonly steps: readonly Step[];
  readonly serialNumber: string | undefined;
  readonly identity: TerminalIdentity | undefined;
  /** Seconds that the terminal's clock is ahead. */
  readonly driftSeconds: number | undefined;
}

const DRIFT_SECONDS = 60;
const NEARLY_FULL = 0.9;

const fixOf = (code: string): string =>
  Object.entries(zkTcpErrors).find(([name]) => name === code)?.[1].fix ?? 'Look at the terminal.';

/** Which step a failure to open stands for, and so which ones before it went well. */
const FAILED_AT: Readonly<Record<string, Step['step']>> = {
  ZKT_SILENT: 'reachable',
  ZKT_FRAME_INVALID: 'speaks ZK',
  ZKT_NOT_STANDALONE: 'speaks ZK',
  ZKT_REFUSED: 'speaks ZK',
  ZKT_KEY_WRONG: 'key',
};
const OPENING: readonly Step['step'][] = ['reachable', 'speaks ZK', 'key'];

const fine = (step: Step['step'], detail: string): Step => ({ step, isOk: true, detail });

/** Old units take TCP and stay mute on it (§1.2). */
const UDP_HINT = ' Units that speak UDP alone stay silent on TCP: try `--udp`.';

function openingSteps(failed: TerminalRefusal | undefined, where: string, transport = 'udp'): Step[] {
  const at = failed && FAILED_AT[failed.code];
  const passed = at === undefined ? OPENING : OPENING.slice(0, OPENING.indexOf(at));
  const words = {
    reachable: `${where} answers`,
    'speaks ZK': 'the protocol is its own',
    key: 'accepted, or none is set',
  };
  const steps = passed.map((step) => fine(step, words[step as keyof typeof words])); // the three of OPENING
  if (!failed) return steps;
  const hint = failed.code === 'ZKT_SILENT' && transport === 'tcp' ? UDP_HINT : '';
  return [
    ...steps,
    { step: at ?? 'speaks ZK', isOk: false, detail: failed.message, fix: `${fixOf(failed.code)}${hint}` },
  ];
}

/** Tries everything that a read needs, one thing after the other, and changes nothing. */
export async function diagnose(
  options: ConnectionOptions,
  driftOf: (identity: TerminalIdentity) => number | undefined,
): Promise<Diagnosis> {
  const where = `${options.host}:${options.port} (${options.transport})`;
  const nothing = { serialNumber: undefined, identity: undefined, driftSeconds: undefined };
  let connection: Connection | undefined;
  try {
    connection = await Connection.open(options);
    const identity = await connection.run(identify());
    const state = await stateOf(connection);
    const serialNumber = serialOf(identity);
    const driftSeconds = driftOf(identity);
    const steps = [
      ...openingSteps(undefined, where),
      serialStep(serialNumber),
      modelStep(identity),
      stateStep(state),
      clockStep(identity, driftSeconds),
      logStep(identity),
      capacityStep(identity),
    ];
    return { steps, serialNumber, identity, driftSeconds };
  } catch (error) {
    if (!(error instanceof TerminalRefusal)) throw error;
    return { steps: openingSteps(error, where, options.transport), ...nothing };
  } finally {
    await connection?.close();
  }
}

/** No read needs it, so it is asked for last: some stay mute to the question, and by TCP that ends the connection. */
async function stateOf(connection: Connection): Promise<string | undefined> {
  try {
    return await connection.run(readState());
  } catch (error) {
    if (error instanceof TerminalRefusal) return undefined;
    throw error;
  }
}

const serialOf = ({ options }: TerminalIdentity): string | undefined => options['~SerialNumber'] ?? options['MAC'];

const serialStep = (serialNumber: string | undefined): Step =>
  serialNumber === undefined
    ? { step: 'serial number', isOk: false, detail: 'it tells none', fix: 'Set one in its menu, or report the model.' }
    : fine('serial number', serialNumber);

function modelStep({ options, firmware }: TerminalIdentity): Step {
  const { '~DeviceName': name, '~Platform': platform, '~ZKFPVersion': fingers } = options;
  const said = [name, platform, firmware, fingers === undefined ? undefined : `fingerprints of algorithm ${fingers}`];
  return fine('model', said.filter((each) => each !== undefined).join(', ') || 'it does not say');
}

/** One who stands in its menu keeps it from answering some questions. */
const stateStep = (state: string | undefined): Step => fine('state', state ?? 'it does not say');

function clockStep({ clock }: TerminalIdentity, drift: number | undefined): Step {
  const fix = 'Set it at the terminal, or with the command clock.set; punches keep the time that it shows.';
  if (clock === undefined) return { step: 'clock', isOk: false, detail: 'it shows no date that exists', fix };
  if (drift === undefined) return fine('clock', clock);
  const isRight = Math.abs(drift) <= DRIFT_SECONDS;
  const detail = `${clock}, ${Math.abs(Math.round(drift))} s ${drift < 0 ? 'behind' : 'ahead'}`;
  return isRight ? fine('clock', detail) : { step: 'clock', isOk: false, detail, fix };
}

function logStep({ sizes }: TerminalIdentity): Step {
  const { records, recordCapacity } = sizes;
  if (records === undefined) return fine('log', 'it has no counters, so a read cannot be proven by them');
  const detail = `${records} of ${recordCapacity ?? '?'} records`;
  const isFull = recordCapacity !== undefined && recordCapacity > 0 && records >= recordCapacity * NEARLY_FULL;
  if (!isFull) return fine('log', detail);
  const fix = 'Its log is nearly full. Once all is read and delivered, clear it: command logs.clear, confirmed.';
  return { step: 'log', isOk: false, detail, fix };
}

/** People and what they are recognised by; absent counters are unknown, not zero (§3.3). */
function capacityStep({ sizes }: TerminalIdentity): Step {
  const of = (count: number | undefined, most: number | undefined, what: string): string[] =>
    count === undefined ? [] : [`${count} of ${most ?? '?'} ${what}`];
  const parts = [
    ...of(sizes.users, sizes.userCapacity, 'users'),
    ...of(sizes.fingerprints, sizes.fingerprintCapacity, 'fingerprints'),
    ...of(sizes.faces, sizes.faceCapacity, 'faces'),
  ];
  return fine('capacity', parts.join(', ') || 'it has no counters');
}
