import { describe, expect, test } from '@jest/globals';
import { asPin, asSerialNumber, type LocalTime } from '@biolistener/core';
import {
  COUNTS,
  DELIVERIES,
  deliveryOf,
  HOSTILE,
  punchOf,
  targetOf,
  terminalOf,
  viewOf,
  wordsOf,
} from '../test/view.ts';
import { statusPage } from './status-page.ts';

describe('with nothing yet', () => {
  const words = wordsOf(statusPage(viewOf()));

  test('it says what is missing and what to do', () => {
    expect(words).toContain('No ERPNext is configured yet.');
    expect(words).toContain('None yet. Approve a terminal, then punch.');
    expect(words).toContain('None has called yet. Type the address that npm start printed into a terminal.');
  });

  test('what is not known is a dash, and what is none is 0', () => {
    expect(words).toMatch(/0 punches – delivered – on their way 0 parked 0 terminals 0 to approve/);
    expect(words).not.toMatch(/undefined|null|NaN/);
  });
});

describe('where check-ins go', () => {
  test('the sandbox is called what it is, loudly, and what becomes of its check-ins', () => {
    const page = statusPage(viewOf({ target: { ...targetOf(), deliveries: DELIVERIES } }));
    expect(page).toMatch(/<p class="banner">\s*<b>Check-ins go to the sandbox, not to a real ERPNext\.<\/b>/);
    expect(page).toContain('href="http://127.0.0.1:8997"');
    expect(wordsOf(page)).toContain('delivered to the real site once ERPNEXT_URL is set');
  });

  test('a real site is named, without a warning', () => {
    const target = { ...targetOf({ kind: 'erpnext', url: 'https://erp.example.com' }), deliveries: DELIVERIES };
    const page = statusPage(viewOf({ target }));
    expect(wordsOf(page)).toContain('Check-ins go to https://erp.example.com');
    expect(page).not.toContain('class="banner"');
    expect(page).not.toMatch(/sandbox/i);
  });
});

test('the figures add up what is on its way and what needs a person', () => {
  const deliveries = { waiting: 2, queued: 3, done: 90, parked: 4, skipped: 1 };
  const counts = {
    ...COUNTS,
    punches: 100,
    parkedPieces: 6,
    terminals: { approved: 5, pending: 1, blocked: 0 },
  };
  const words = wordsOf(statusPage(viewOf({ counts, target: { ...targetOf(), deliveries } })));
  expect(words).toContain('100 punches 90 delivered 5 on their way 10 parked 5 terminals 1 to approve');
});

test('parts are shown with their state, and the heading says the worst', () => {
  const parts = [
    { part: 'listener', state: 'ok', message: 'takes requests' },
    { part: 'worker', state: 'failed', message: 'would store wrong times' },
  ] as const;
  const page = statusPage(viewOf({ health: { status: 'failed', isReady: false, parts } }));
  expect(page).toContain('Biolistener: <span class="failed">something has failed</span>');
  expect(wordsOf(page)).toContain('worker failed would store wrong times');
});

describe('punches', () => {
  const page = (delivery: Parameters<typeof deliveryOf>[0] | undefined): string =>
    wordsOf(statusPage(viewOf({ punches: [{ punch: punchOf(), delivery: delivery && deliveryOf(delivery) }] })));

  test('a delivered one shows its check-in', () => {
    expect(page({})).toContain('2026-03-09 14:05:00 4711 TEST0000001 done CHK-0001');
  });

  test('a parked one shows why', () => {
    const parked = { state: 'parked', checkin: undefined, reason: 'unknown-pin' } as const;
    expect(page({ ...parked, detail: 'no employee has the id 4711' })).toContain('parked no employee has the id 4711');
    expect(page(parked)).toContain('parked unknown-pin');
  });

  test('one that has no delivery yet waits', () => {
    expect(page(undefined)).toContain('TEST0000001 waiting');
  });
});

describe('terminals', () => {
  test('are shown with what an operator asks about', () => {
    const words = wordsOf(statusPage(viewOf({ terminals: [terminalOf()] })));
    expect(words).toContain('TEST0000001 Gate 1 zkteco approved 2026-03-09 08:35:30 3 s 7 2');
  });

  test('one that waits comes with the command that approves it', () => {
    const waiting = { ...COUNTS, terminals: { ...COUNTS.terminals, pending: 1 } };
    const terminals = [terminalOf({ status: 'pending' })];
    expect(statusPage(viewOf({ terminals, counts: waiting }))).toContain('biolistener device approve');
    expect(statusPage(viewOf({ terminals }))).not.toContain('biolistener device approve');
  });
});

test('no text from a terminal, a person or a site becomes markup', () => {
  const page = statusPage(
    viewOf({
      health: { status: 'ok', isReady: true, parts: [{ part: HOSTILE, state: 'ok', message: HOSTILE }] },
      target: { ...targetOf({ url: `http://x/${HOSTILE}` }), deliveries: DELIVERIES },
      terminals: [terminalOf({ serialNumber: asSerialNumber(HOSTILE), name: HOSTILE, brand: HOSTILE })],
      punches: [
        {
          punch: punchOf({
            pin: asPin(HOSTILE),
            serialNumber: asSerialNumber(HOSTILE),
            wallTime: HOSTILE as LocalTime,
          }),
          delivery: deliveryOf({ checkin: undefined, detail: HOSTILE }),
        },
      ],
    }),
  );
  expect(page).not.toMatch(/<(img|script)/i);
  expect(page.split('&lt;script&gt;alert(2)&lt;/script&gt;&amp;amp;')).toHaveLength(12);
  // no attribute was left: in every tag, quotes come in pairs and hold whatever the text said
  for (const [tag] of page.matchAll(/<[a-z][^>]*>/g))
    expect(tag.replace(/="[^"<>]*"/g, '')).toMatch(/^<\w+[ a-z-]*\/?>$/);
});

test('the page needs nothing from elsewhere, runs no script, and is fit for light and dark', () => {
  const page = statusPage(viewOf());
  expect(page).toMatch(/^<!doctype html>/);
  expect(page).toContain('color-scheme: light dark');
  expect(page).toContain('name="viewport"');
  expect(page).not.toMatch(/<script|<link|@import|url\(|src=/);
  // text and background come from the colour scheme: a fixed one of either would be unreadable in the other
  expect(page).not.toMatch(/[;{ ]background(-color)?:|body \{[^}]*[; ]color:/);
});
