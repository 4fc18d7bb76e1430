import type { SimulatedTemplate, SimulatedUser } from './terminal.ts';

/** What stands in a terminal's memory of one template, with its bytes. */
export interface InspectedTemplate extends SimulatedTemplate {
  readonly index: number;
  readonly isDuress: boolean;
}

/** A person as a terminal holds it now: for tests that compare byte for byte. */
export interface InspectedPerson {
  readonly pin: string;
  readonly name: string;
  readonly privilege: number;
  readonly card: string;
  readonly password: string;
  readonly photo: Uint8Array | undefined;
  /** In the order of kind, number and index. */
  readonly templates: readonly InspectedTemplate[];
}

const byPlace = (a: InspectedTemplate, b: InspectedTemplate): number =>
  a.kind.localeCompare(b.kind) || a.no - b.no || a.index - b.index;

const templateOf = (template: SimulatedTemplate): InspectedTemplate => ({
  ...template,
  index: template.index ?? 0,
  isDuress: template.isDuress ?? false,
  data: Uint8Array.from(template.data),
});

/** Copies, in the order of the PINs: what the terminal does later does not change them. */
export function inspectPeople(users: Iterable<SimulatedUser>): InspectedPerson[] {
  const people = [...users].map((user) => ({
    pin: user.pin,
    name: user.name ?? '',
    privilege: user.privilege ?? 0,
    card: user.card ?? '',
    password: user.password ?? '',
    photo: user.photo && Uint8Array.from(user.photo),
    templates: (user.templates ?? []).map(templateOf).sort(byPlace),
  }));
  return people.sort((a, b) => a.pin.localeCompare(b.pin));
}
