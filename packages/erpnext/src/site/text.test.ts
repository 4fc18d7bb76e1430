import { expect, test } from '@jest/globals';
import type { Step, SitePlan } from './plan.ts';
import { describePlan, describeRemoved, stepView } from './text.ts';

const step = (action: Step['action'], more: Partial<Step> = {}): Step => ({
  object: 'Client Script',
  name: 'Form',
  action,
  differences: [],
  part: { object: 'Client Script', name: 'Form', wanted: {}, secrets: () => ({ webhook_secret: 'hidden' }) },
  ...more,
});
const plan = (steps: readonly Step[]): SitePlan => ({
  url: 'https://site.example',
  installer: 'admin@example.com',
  way: 'rest',
  installedVersion: '',
  version: '1.0.0',
  steps,
  state: { version: '', marks: {}, secretMark: '', rulesFresh: [] },
  serviceUser: undefined,
});

test('a plan names what would happen, whose it is, and only counts the rest', () => {
  const differences = [{ what: 'script', site: '// mine\nx', wanted: '// ours', byPerson: true }];
  const text = describePlan(plan([step('keep'), step('create'), step('conflict', { differences })]));
  expect(text.split('\n')).toEqual([
    'https://site.example: version 1.0.0, as admin@example.com.',
    '  + Client Script Form',
    '  ? Client Script Form',
    '      script: "// mine x" → "// ours"  (changed on the site)',
    '1 of 3 need nothing.',
  ]);
});

test('what is skipped says why', () => {
  expect(describePlan(plan([step('skip', { reason: 'No role.' })]))).toContain(
    '  - Client Script Form\n      No role.',
  );
});

test('what programs get holds no document and no secret', () => {
  expect(Object.keys(stepView(step('create')))).toEqual(['object', 'name', 'action', 'differences']);
  expect(JSON.stringify([step('create'), plan([step('create')])])).not.toContain('hidden');
});

test('what stays after removing says why', () => {
  expect(describeRemoved({ object: 'DocType', name: 'X', done: 'stays', reason: 'Data.' })).toContain(
    'DocType X (Data.)',
  );
});
