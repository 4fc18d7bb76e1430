import { describeStore } from '../src/conformance/index.ts';
import { newPlace } from './sqlite-place.ts';

describeStore('SQLite', { create: newPlace });
