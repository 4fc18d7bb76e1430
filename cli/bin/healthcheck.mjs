#!/usr/bin/env node
// Whether a container is ready, whatever roles it runs (Dockerfile): the first of its ports that answers says so.
// Status 0 or 1, with a sentence. Plain Node without packages: it runs every few seconds.
const { env } = process;
const named = env.BIOLISTENER_API_HOST ?? '127.0.0.1';
const host = ['0.0.0.0', '::', ''].includes(named) ? '127.0.0.1' : named.includes(':') ? `[${named}]` : named;

const PLACES = [
  `http://${host}:${env.BIOLISTENER_API_PORT || 8999}/ready`,
  `http://${host}:${env.BIOLISTENER_LISTENER_OPS_PORT || 8991}/ready`,
  `http://${host}:${env.BIOLISTENER_WORKER_OPS_PORT || 8992}/ready`,
  `http://127.0.0.1:${env.BIOLISTENER_SANDBOX_PORT || 8997}/api/method/ping`,
];

/** HTTP status; undefined where nobody listens. One that listens and says nothing is not ready. */
const ask = (url) =>
  fetch(url, { signal: AbortSignal.timeout(4000) }).then(
    (answer) => answer.status,
    (error) => (error.cause?.code === 'ECONNREFUSED' ? undefined : 0),
  );

for (const url of PLACES) {
  const status = await ask(url);
  if (status === undefined) continue;
  console.log(status === 200 ? `ready (${url})` : `not ready: ${url} answered ${status === 0 ? 'nothing' : status}`);
  process.exit(status === 200 ? 0 : 1);
}
console.log('not ready: nothing answers');
process.exit(1);
