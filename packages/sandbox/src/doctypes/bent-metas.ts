import type { Doc } from '../document.ts';
import type { Meta } from '../meta.ts';
import { fieldOf } from './compile.ts';
import { withProperties } from './property-setters.ts';

interface Bent {
  readonly base: Meta;
  readonly parts: readonly Doc[];
  readonly meta: Meta;
}

/**
 * DocTypes as Custom Fields and Property Setters bend them. A DocType is asked for many times in a request, so the last
 * answer is kept as long as it is made of the very same documents.
 */
export class BentMetas {
  private readonly kept = new Map<string, Bent>();

  bend(base: Meta, customFields: readonly Doc[], setters: readonly Doc[]): Meta {
    const parts = [...customFields, ...setters];
    if (parts.length === 0) return base;
    const last = this.kept.get(base.name);
    const isSame = last?.parts.length === parts.length && parts.every((part, index) => last.parts[index] === part);
    if (last !== undefined && last.base === base && isSame) return last.meta;
    const custom = customFields.flatMap((doc) => fieldOf(doc) ?? []);
    const meta = withProperties({ ...base, fields: [...base.fields, ...custom] }, setters);
    this.kept.set(base.name, { base, parts, meta });
    return meta;
  }
}
