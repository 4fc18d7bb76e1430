import { type ProfileName, type Sandbox, startSandbox } from '@biolistener/sandbox';
import {
  applyPlan,
  type ApplyReport,
  ErpNextClient,
  loadDefinitions,
  planSite,
  type ServiceKeys,
  type SiteOptions,
  type Step,
} from '../../src/index.ts';

export const PROFILES: readonly ProfileName[] = ['v14', 'v15', 'v16'];
export const definitions = loadDefinitions();
export const SERVICE = 'biolistener@example.com';
/** Webhooks lead nowhere unless a test listens: deliveries are tried in the background and given up. */
export const OPTIONS = {
  webhooks: { publicUrl: 'http://127.0.0.1:9', secret: 'a secret for tests' },
  serviceUser: { email: SERVICE },
} as const satisfies SiteOptions;

export const NEVER_ASKED = (step: Step): never => {
  throw new Error(`asked about ${step.object} ${step.name}: ${JSON.stringify(step.differences)}`);
};

/** A sandbox with clients for its users, all closed by `stop`. */
export class TestSite {
  readonly sandbox: Sandbox;
  readonly #clients: ErpNextClient[] = [];

  constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
  }

  static async open(profile: ProfileName = 'v15'): Promise<TestSite> {
    const webhooks = { wait: () => Promise.resolve() };
    return new TestSite(await startSandbox({ port: 0, timeZone: 'Asia/Dubai', employees: 3, profile, webhooks }));
  }

  client(key: string, secret: string = key): ErpNextClient {
    const client = new ErpNextClient({ url: this.sandbox.url, apiKey: key, apiSecret: secret });
    this.#clients.push(client);
    return client;
  }

  /** With the role Workspace Manager, so that nothing is skipped. */
  admin(): ErpNextClient {
    return this.client('desk-manager');
  }

  async install(
    options: SiteOptions = OPTIONS,
    decide: (step: Step) => 'keep' | 'overwrite' = NEVER_ASKED,
  ): Promise<ApplyReport> {
    const plan = await planSite(this.admin(), definitions, options);
    return applyPlan(this.admin(), definitions, plan, { decide });
  }

  /** A person with these roles, as a client with keys of their own. */
  async person(name: string, roles: readonly string[]): Promise<ErpNextClient> {
    const email = `${name}@example.com`;
    const rows = roles.map((role) => ({ role }));
    await this.admin().create('User', { email, first_name: name, api_key: name, api_secret: name, roles: rows });
    return this.client(name);
  }

  service(keys: ServiceKeys | undefined): ErpNextClient {
    if (keys === undefined) throw new Error('the installation made no keys');
    return this.client(keys.apiKey, keys.apiSecret);
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.sandbox.stop();
  }
}
