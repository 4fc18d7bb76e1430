import type {
  TerminalListing,
  StoreCounts,
  StoredPunch,
  TracedDelivery,
  Target,
  DeliveryState,
} from '@biolistener/store';
import type { HealthReport } from '@biolistener/telemetry';
import { Markup, html } from './html.ts';

/** What the page shows; gathered by `status.ts`, also answered as JSON. */
export interface StatusView {
  readonly now: number;
  readonly health: HealthReport;
  readonly counts: StoreCounts;
  readonly target: (Target & { readonly deliveries: Readonly<Record<DeliveryState, number>> }) | undefined;
  readonly terminals: readonly TerminalListing[];
  readonly punches: readonly { readonly punch: StoredPunch; readonly delivery: TracedDelivery | undefined }[];
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --ok: #1a7f37; --wait: #9a6700; --bad: #cf222e; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 68rem; padding: 1rem; }
h1 { font-size: 1.3rem; margin: 0 0 .5rem } h2 { font-size: 1rem; margin: 1.6rem 0 .4rem }
.banner { border: 2px solid var(--wait); border-radius: .5rem; padding: .6rem .8rem; margin: .8rem 0 }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: .5rem } .figures div { border: 1px solid var(--line); border-radius: .5rem; padding: .4rem .8rem }
.figures b { display: block; font-size: 1.3rem; font-variant-numeric: tabular-nums }
.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); white-space: nowrap } td.text { white-space: normal; min-width: 14rem }
.ok { color: var(--ok) } .waiting, .pending, .parked, .queued { color: var(--wait) } .failed, .blocked { color: var(--bad) } .empty { opacity: .75 }
code { font-size: .92em }
@media (max-width: 40rem) {
.rows thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
.rows tr { display: block; border-bottom: 1px solid var(--line); padding: .4rem 0 }
.rows td, .rows td.text { display: flex; gap: .6rem; border: 0; padding: .1rem 0; white-space: normal; overflow-wrap: anywhere }
.rows td::before { content: attr(data-label); flex: 0 0 8.5rem; opacity: .75 }
}`;

const pageOf = (content: Markup): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content="5" />
        <title>Biolistener</title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        ${content}
      </body>
    </html>`.text;

export function statusPage(view: StatusView): string {
  return pageOf(html`
    <h1>Biolistener: <span class="${view.health.status}">${SAID[view.health.status]}</span></h1>
    ${banner(view)} ${figures(view)} ${parts(view)} ${punches(view)} ${terminals(view)}
    <p class="empty">As of ${clock(view.now)} UTC. <a href="/metrics">metrics</a> · <a href="/health">health</a></p>
  `);
}

/** While the store does not answer: what the parts themselves say, and that nothing more is known. */
export function slowPage(health: HealthReport, reason: string): string {
  return pageOf(html`
    <h1>Biolistener: <span class="failed">the store does not answer</span></h1>
    <p class="banner">
      No figures can be shown: ${reason}. Look at the disk; <code>biolistener doctor</code> looks at every step.
    </p>
    ${parts({ health })}
  `);
}

const SAID = {
  ok: 'everything works',
  waiting: 'working, something is waiting',
  failed: 'something has failed',
} as const;

/** `2026-03-09 08:35:30`, UTC. */
const clock = (at: number | undefined): string =>
  at === undefined ? '–' : new Date(at).toISOString().slice(0, 19).replace('T', ' ');

function banner({ target }: StatusView): Markup {
  if (!target) return html`<p class="banner">No ERPNext is configured yet.</p>`;
  if (target.kind === 'erpnext') return html`<p>Check-ins go to ${target.url}</p>`;
  return html`<p class="banner">
    <b>Check-ins go to the sandbox, not to a real ERPNext.</b> Nothing is lost: what went here is delivered to the real
    site once <code>ERPNEXT_URL</code> is set. The sandbox: <a href="${target.url}">${target.url}</a>
  </p>`;
}

function figures({ counts, target }: StatusView): Markup {
  const figure = (label: string, value: number | undefined): Markup => html`<div><b>${value ?? '–'}</b>${label}</div>`;
  return html`<div class="figures">
    ${[
      figure('punches', counts.punches),
      figure('delivered', target?.deliveries.done),
      figure('on their way', target === undefined ? undefined : target.deliveries.waiting + target.deliveries.queued),
      figure('parked', target === undefined ? counts.parkedPieces : target.deliveries.parked + counts.parkedPieces),
      figure('terminals', counts.terminals.approved),
      figure('to approve', counts.terminals.pending),
    ]}
  </div>`;
}

function parts({ health }: Pick<StatusView, 'health'>): Markup {
  const rows = health.parts.map(
    (part) =>
      html`<tr>
        <td>${part.part}</td>
        <td class="${part.state}">${part.state}</td>
        <td class="text">${part.message}</td>
      </tr>`,
  );
  return html`<h2>Parts</h2>
    <div class="scroll">
      <table>
        ${rows}
      </table>
    </div>`;
}

interface Cell {
  readonly text: string | number;
  readonly kind?: string;
}

/** A table with a head; on a narrow screen each row becomes a list of labels and values. */
function table(labels: readonly string[], rows: readonly (readonly Cell[])[]): Markup {
  const cell = ({ text, kind = '' }: Cell, at: number): Markup =>
    html`<td class="${kind}" data-label="${labels[at] ?? ''}">${text}</td>`;
  return html`<div class="scroll">
    <table class="rows">
      <thead>
        <tr>
          ${labels.map((label) => html`<th>${label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map(cell)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function punches(view: StatusView): Markup {
  if (view.punches.length === 0)
    return html`<h2>Last punches</h2>
      <p class="empty">None yet. Approve a terminal, then punch.</p>`;
  const rows = view.punches.map(({ punch, delivery }): Cell[] => [
    { text: punch.wallTime },
    { text: punch.pin },
    { text: punch.serialNumber },
    { text: delivery?.state ?? 'waiting', kind: delivery?.state ?? 'waiting' },
    { text: delivery?.checkin ?? delivery?.detail ?? delivery?.reason ?? '', kind: 'text' },
  ]);
  return html`<h2>Last punches</h2>
    ${table(["Terminal's time", 'PIN', 'Terminal', 'Delivery', 'Check-in or reason'], rows)}`;
}

const TERMINAL_LABELS = [
  'Serial number',
  'Name',
  'Brand',
  'Status',
  'Last contact (UTC)',
  'Clock ahead',
  'Punches',
  'Quarantined',
];

function terminals(view: StatusView): Markup {
  if (view.terminals.length === 0) {
    return html`<h2>Terminals</h2>
      <p class="empty">None has called yet. Type the address that <code>npm start</code> printed into a terminal.</p>`;
  }
  const rows = view.terminals.map((terminal): Cell[] => [
    { text: terminal.serialNumber },
    { text: terminal.name ?? '' },
    { text: terminal.brand },
    { text: terminal.status, kind: terminal.status },
    { text: clock(terminal.lastContactAt) },
    { text: terminal.clockDriftSeconds === undefined ? '–' : `${terminal.clockDriftSeconds} s` },
    { text: terminal.punches },
    { text: terminal.quarantined },
  ]);
  return html`<h2>Terminals</h2>
    ${table(TERMINAL_LABELS, rows)}
    ${view.counts.terminals.pending > 0 ? html`<p>Approve one: <code>npx biolistener device approve SERIAL --zone Asia/Kolkata</code></p>` : undefined}`;
}
