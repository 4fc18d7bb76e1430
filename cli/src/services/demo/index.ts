import { CommandFailure, EXIT } from '../../exit-codes.ts';
import type { Composition } from '../roles/index.ts';
import type { Site } from '../site.ts';
import { targetOf } from '../target.ts';
import { enrolmentText, punchesText } from './account.ts';
import { BEHIND_SERVER, PULLED, startBioStar, startPulled, type DemoServer } from './called.ts';
import { enrolPeople } from './people.ts';
import { approve, CALLERS, makeFleet } from './terminals.ts';

/**
 * What must be there before the services come up: approvals, and a BioStar server where the site has none of its own.
 * Errors: refused (5) where a real ERPNext would get the punches of people who never came.
 */
export async function prepareDemo(site: Site): Promise<DemoServer | undefined> {
  if (targetOf(site.settings).kind !== 'sandbox')
    throw new CommandFailure(
      'the demo makes check-ins of its own, and they would go to a real ERPNext',
      EXIT.refused,
      'Run it in a folder without ERPNEXT_URL; then they go to the sandbox.',
    );
  for (const terminal of CALLERS) await approve(site, terminal);
  return site.settings.supremaUrl === undefined ? startBioStar(site) : undefined;
}

/**
 * Simulated terminals of every brand, which punch now and then, and people who are enrolled at one of them and come to be at the
 * others. `say` gets the account of it. Returns how to stop them.
 */
export async function startDemo(
  { site }: Composition,
  hasServer: boolean,
  say: (text: string) => void,
): Promise<() => Promise<void>> {
  const fleet = makeFleet(site);
  fleet.start();
  const stopPulled = await startPulled(site);
  const terminals = [...CALLERS, PULLED, ...(hasServer ? [BEHIND_SERVER] : [])];
  const ending = new AbortController();
  const enrolling = enrolPeople(site.store, fleet, terminals, ending.signal, async (enrolled) => {
    say(`\n${await enrolmentText(enrolled)}\n\n${await punchesText(site.store, terminals)}\n`);
  }).catch((error: unknown) => {
    if (!ending.signal.aborted) site.log.warn({ error }, 'nobody more is enrolled in the demo');
  });
  return async () => {
    ending.abort();
    await enrolling;
    await Promise.all([fleet.stop(), stopPulled()]);
  };
}
