import { existsSync, writeFileSync } from 'node:fs';
import { erasePin, viewErasure, type EraseView } from '@biolistener/api/work';
import { certificateText, type EraseCertificate } from '@biolistener/security';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { counted, print } from '../output.ts';
import { parsePin } from '../parse/person-options.ts';
import { confirm } from '../services/confirm.ts';
import { keyIdsOf } from '../services/site.ts';
import { withStore } from '../services/with-store.ts';
import { withWork } from '../services/work.ts';
import { templateLines } from '../views/template.ts';

interface Json {
  readonly json?: boolean;
}

export async function listTemplates(text: string, options: Json): Promise<void> {
  const pin = parsePin(text);
  await withStore(async ({ store }) => {
    const [templates, photos] = await Promise.all([store.templatesOf(pin), store.photosOf(pin)]);
    print(options, { pin, templates, photos }, () => templateLines(templates, photos, Date.now()));
  });
}

export interface EraseOptions extends Json {
  readonly certificate?: string;
  readonly yes?: boolean;
}

/** For good. The certificate is the only trace, so it is printed whatever else happens to it. */
export async function eraseTemplates(text: string, options: EraseOptions): Promise<void> {
  const pin = parsePin(text);
  const { certificate: file } = options;
  if (file !== undefined && existsSync(file))
    throw new CommandFailure(`${file} is there already`, EXIT.refused, 'Name a file that does not exist yet.');
  await withWork(async ({ work, who, settings }) => {
    const view = await viewErasure(work, pin);
    await confirm(questionOf(pin, view), options);
    const certificate = await erasePin(work, who, pin, keyIdsOf(settings));
    print(options, certificate, () => [certificateText(certificate), ...adviceOn(pin, view)].join('\n'));
    if (file !== undefined) keep(file, certificate);
  });
}

function questionOf(pin: string, { templates, photos, hasPassword }: EraseView): string {
  const what = [counted(templates, 'template'), counted(photos, 'picture'), ...(hasPassword ? ['the password'] : [])];
  return `Of PIN ${pin}, ${what.join(', ')} and their history will be erased for good. Only enrolling again brings them back.`;
}

/** Terminals that keep a copy send it again sooner or later. */
function adviceOn(pin: string, { isWantedAt, stillAt }: EraseView): string[] {
  if (stillAt.length === 0) return [];
  const first = isWantedAt.length === 0 ? '' : ` Take the person off them: biolistener user leave ${pin}.`;
  return [`A terminal that still has a copy sends it again when it is asked or restarts.${first}`];
}

const keep = (file: string, certificate: EraseCertificate): void =>
  writeFileSync(file, certificateText(certificate), { flag: 'wx', mode: 0o600 });
