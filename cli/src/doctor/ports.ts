import { messageOf } from '@biolistener/core';
import type { Settings } from '@biolistener/config';
import { detectLayouts, findNginx, listInstalled } from '@biolistener/nginx';
import { addressOf, askHttp, type HttpAnswer } from '../services/ask-http.ts';
import type { Health } from '../services/health.ts';
import { pathIn } from '../services/site.ts';
import { at, type Finding } from './finding.ts';

export async function lookAtListener(settings: Settings): Promise<Finding[]> {
  const hop = at('listener');
  const url = addressOf(settings.listenerHost, settings.listenerPort);
  try {
    const { status, body, ms } = await askHttp(`${url}/-/biolistener`);
    if (status === 200 && body.startsWith('biolistener')) return [hop.ok(`answers at ${url} in ${ms} ms`)];
    return [
      hop.bad(
        `somebody else answers at ${url} (status ${status})`,
        'Stop that program, or set BIOLISTENER_LISTENER_PORT.',
      ),
    ];
  } catch (error) {
    return [
      hop.bad(
        `nothing answers at ${url}: ${messageOf(error)}`,
        'Start it: `biolistener up`, or `biolistener start listener`.',
      ),
    ];
  }
}

/** Every port that nginx holds for terminals: the blocks that were enabled, or the one of the settings. */
export async function lookAtNginx(settings: Settings): Promise<Finding[]> {
  const findings = await Promise.all((await publicPorts(settings)).map(lookAtPort));
  return findings;
}

async function publicPorts(settings: Settings): Promise<number[]> {
  try {
    const layouts = await detectLayouts('/', { privateDirectory: pathIn(settings, 'nginx') });
    const blocks = await listInstalled(layouts);
    const ports = [...new Set(blocks.filter((one) => one.isIncluded).map((one) => one.port))];
    return ports.length > 0 ? ports : [settings.publicPort];
  } catch {
    return [settings.publicPort]; // no nginx on this machine, or none that may be read: then the port itself tells
  }
}

async function lookAtPort(port: number): Promise<Finding> {
  const hop = at('nginx');
  const start = 'Start `biolistener up`, or hand the port over with `biolistener enable`.';
  let answer: HttpAnswer;
  try {
    answer = await askEitherWay(port);
  } catch (error) {
    // in a container nginx is a neighbour: that it is not here says nothing about the way
    if (!(await isNginxHere()))
      return hop.warn(
        `there is no nginx on this machine, and nothing answers at port ${port}`,
        'If nginx runs elsewhere, ask it there: curl http://<nginx>:<port>/-/biolistener. If not, install it.',
      );
    return hop.bad(`nothing answers at port ${port}, where terminals connect: ${messageOf(error)}`, start);
  }
  if (answer.headers['x-biolistener-answer'] === 'nginx')
    return hop.bad(
      `nginx answers at port ${port}, and no listener behind it (status ${answer.status})`,
      'See at the listener above; `biolistener status` shows where nginx looks for it.',
    );
  if (answer.status === 200 && answer.body.startsWith('biolistener'))
    return hop.ok(`port ${port} leads through to the listener in ${answer.ms} ms`);
  return hop.bad(
    `something else answers at port ${port} (status ${answer.status})`,
    `${start} Another program may hold the port.`,
  );
}

const isNginxHere = (): Promise<boolean> =>
  findNginx().then(
    () => true,
    () => false, // the question was whether it is there
  );

/** A block with TLS tells plain HTTP that it is on the wrong port, or hangs up. */
async function askEitherWay(port: number): Promise<HttpAnswer> {
  const path = `127.0.0.1:${port}/.biolistener/listener`;
  const plain = await askHttp(`http://${path}`);
  return plain.status === 400 ? askHttp(`https://${path}`).catch(() => plain) : plain;
}

/** What the running services say about themselves, part by part. */
export function lookAtHealth(health: Health): Finding[] {
  if (health.kind === 'silent') {
    const todo = 'Start it: `biolistener up`, or `biolistener start api`. It is where health and metrics are.';
    return [at('API').bad(`nothing answers at ${health.url}: ${health.reason}`, todo)];
  }
  const parts = health.parts.map((part) => {
    const hop = at(`service ${part.part}`);
    if (part.state === 'ok') return hop.ok(part.message);
    return part.state === 'waiting' ? hop.warn(part.message) : hop.bad(part.message);
  });
  return [at('API').ok(`answers with ${parts.length} parts`), ...parts];
}
