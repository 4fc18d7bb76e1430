import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { TallyCounter, TallyHistogram } from './tally.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Every metric of the way of a punch, in its order. docs/operations.md explains each; a guard test compares. */
export function openMetrics(options: { readonly withProcess: boolean }) {
  const registry = new Registry();
  const registers = [registry];
  if (options.withProcess) collectDefaultMetrics({ register: registry });
  return {
    registry,
    requests: new TallyCounter({
      name: 'biolistener_requests_total',
      help: 'Requests of terminals by how they ended.',
      labelNames: ['brand', 'operation', 'outcome'],
      registers,
    }),
    requestSeconds: new TallyHistogram({
      name: 'biolistener_upload_seconds',
      help: 'From the last byte of an upload to its reply.',
      labelNames: ['brand'],
      buckets: SECONDS,
      registers,
    }),
    punches: new TallyCounter({
      name: 'biolistener_punches_total',
      help: 'Punches by what the store said.',
      labelNames: ['brand', 'result'],
      registers,
    }),
    parked: new Counter({
      name: 'biolistener_parked_total',
      help: 'Pieces that could not be read, by reason.',
      labelNames: ['brand', 'reason'],
      registers,
    }),
    unknown: new Counter({
      name: 'biolistener_unknown_requests_total',
      help: 'Requests that no brand claims or no document names.',
      labelNames: ['brand'],
      registers,
    }),
    quarantined: new Counter({
      name: 'biolistener_quarantined_total',
      help: 'Requests of terminals that nobody approved.',
      labelNames: ['verdict'],
      registers,
    }),
    limited: new Counter({
      name: 'biolistener_limited_total',
      help: 'Requests over a limit, or without the key of their terminal.',
      labelNames: ['limit'],
      registers,
    }),
    commitFailures: new Counter({
      name: 'biolistener_commit_failures_total',
      help: 'Uploads that the store did not take; none was acknowledged.',
      registers,
    }),
    sockets: new Gauge({ name: 'biolistener_sockets', help: 'Open connections to the listener.', registers }),
    terminals: new Gauge({
      name: 'biolistener_terminals',
      help: 'Terminals by status.',
      labelNames: ['status'],
      registers,
    }),
    attempts: new Counter({
      name: 'biolistener_delivery_attempts_total',
      help: 'Deliveries tried, by outcome.',
      labelNames: ['outcome'],
      registers,
    }),
    deliverySeconds: new Histogram({
      name: 'biolistener_delivery_seconds',
      help: 'From stored to check-in.',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600],
      registers,
    }),
    erpnextSeconds: new Histogram({
      name: 'biolistener_erpnext_seconds',
      help: 'How long ERPNext took to answer.',
      labelNames: ['outcome'],
      buckets: SECONDS,
      registers,
    }),
    deliveries: new Gauge({
      name: 'biolistener_deliveries',
      help: 'Deliveries by state.',
      labelNames: ['state'],
      registers,
    }),
    circuit: new Gauge({
      name: 'biolistener_circuit_open',
      help: '1 while deliveries to ERPNext are held back.',
      registers,
    }),
    commands: new Gauge({
      name: 'biolistener_commands',
      help: 'Commands to terminals by state.',
      labelNames: ['state'],
      registers,
    }),
    commandBytes: new Gauge({
      name: 'biolistener_command_bytes',
      help: 'Bytes of open commands.',
      registers,
    }),
    commandAge: new Gauge({
      name: 'biolistener_command_oldest_seconds',
      help: 'Age of the oldest open command.',
      registers,
    }),
    rosterRecords: new Gauge({
      name: 'biolistener_roster_records',
      help: 'Records of persons at terminals by state.',
      labelNames: ['state'],
      registers,
    }),
    rosterMarks: new Gauge({
      name: 'biolistener_roster_marks',
      help: 'Persons and terminals that wait to be looked at.',
      registers,
    }),
    rosterCommands: new Counter({
      name: 'biolistener_roster_commands_total',
      help: 'Commands that the roster queued.',
      registers,
    }),
    convergeSeconds: new Histogram({
      name: 'biolistener_converge_seconds',
      help: 'How long one look at a mark of the roster took.',
      buckets: SECONDS,
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof openMetrics>;
