import { loadSettings } from '@biolistener/config';
import { openSqliteStore, type Store } from '@biolistener/store';
import { openMetrics, silentLog } from '@biolistener/telemetry';
import { startListener } from '../src/index.ts';
import { vault } from './kit.ts';

// A listener in a process of its own, over a store that another process has open: `node socket-process.ts <store>`. Tells its
// port, and how often it took commands whenever it is asked.

const path = process.argv[2] ?? '';
const store = await openSqliteStore({ path });
let taken = 0;
const counting = new Proxy(store, {
  get: (target, name) => {
    if (name === 'takeCommands') taken += 1;
    const value: unknown = Reflect.get(target, name);
    return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
  },
}) satisfies Store;
const settings = { ...loadSettings({ BIOLISTENER_CONFIG: '' }).settings, listenerPort: 0 };
const metrics = openMetrics({ withProcess: false });
const running = await startListener({
  settings,
  store: counting,
  vault,
  metrics,
  log: silentLog,
  nudge: () => undefined,
});
process.on('message', () => process.send?.({ taken }));
process.on('disconnect', () => {
  void running.stop().then(() => store.close());
});
process.send?.({ port: running.port });
