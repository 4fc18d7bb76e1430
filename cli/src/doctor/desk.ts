import type { Settings } from '@biolistener/config';
import {
  checkServiceAccess,
  ErpNextClient,
  loadDefinitions,
  missingWords,
  readMissing,
  RequestFailed,
  targetIdOf,
} from '@biolistener/erpnext';
import { WEBHOOK_SECRET_SETTING } from '@biolistener/security';
import type { Store } from '@biolistener/store';
import { targetOf } from '../services/target.ts';
import { at, type Finding } from './finding.ts';

const TIMEOUT_MS = 5000;

/** Whether Desk can manage terminals: its documents on the site, and what announces their changes. */
export async function lookAtDesk(settings: Settings, store: Store | undefined): Promise<Finding[]> {
  const hop = at('Desk');
  const client = new ErpNextClient({ ...targetOf(settings), timeoutMs: TIMEOUT_MS });
  try {
    const unseen = (await checkServiceAccess(client, loadDefinitions())).filter((one) => !one.mayRead);
    const biometric = unseen.filter((one) => one.doctype.startsWith('Biometric'));
    if (biometric.length > 0)
      return [
        hop.skipped(
          `the site shows the service no ${biometric[0]?.doctype ?? ''}: terminals are managed with this command only`,
          'biolistener erpnext install puts the documents, buttons and rights into the site.',
        ),
      ];
    return [
      hop.ok('the service may work with the documents of Desk'),
      ...(await missingFindings(targetOf(settings).url, store)),
      ...(await webhookFinding(settings, store)),
    ];
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    return [hop.skipped('not looked at while the site does not answer')]; // the hop before says why
  } finally {
    client.close();
  }
}

/** What a worker did not believe to be deleted. */
async function missingFindings(url: string, store: Store | undefined): Promise<Finding[]> {
  if (store === undefined) return [];
  return (await readMissing(store, targetIdOf(url))).map((one) =>
    at('Desk').warn(
      missingWords(one),
      `Give the service its rights back; if they are deleted indeed: biolistener config set desk.confirm_deleted ${one.missing}`,
    ),
  );
}

async function webhookFinding(settings: Settings, store: Store | undefined): Promise<Finding[]> {
  const hop = at('webhooks');
  const stored = (await store?.listSettings())?.some(({ key }) => key === WEBHOOK_SECRET_SETTING) === true;
  if (stored || settings.erpnextWebhookSecret !== undefined)
    return [hop.ok('changes in Desk are announced and signed')];
  return [
    hop.warn(
      'no secret is set, so no webhook is taken: changes in Desk are found by looking, about a minute late',
      'biolistener erpnext install --public-url <address at which the site reaches this API>',
    ),
  ];
}
