import { createHash } from 'node:crypto';
import { stripTypeScriptTypes } from 'node:module';

// Jest runs our sources as Node does: types are blanked out in place, so lines and columns stay true and no map is needed.
export default {
  process(source) {
    return { code: stripTypeScriptTypes(source, { mode: 'strip' }) };
  },
  getCacheKey(source, path) {
    return createHash('sha256').update(process.version).update(path).update(source).digest('hex');
  },
};
