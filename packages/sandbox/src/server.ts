import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { handleApi } from './api.ts';
import { handleControl } from './control-api.ts';
import { bodyTooLarge, escapeHtml } from './failures.ts';
import type { FaultControl } from './fault-control.ts';
import { delayOf, Gate, has, refuseBy } from './fault-effects.ts';
import type { Fault, FaultList } from './faults.ts';
import { isFilePath } from './files/download.ts';
import { PageError } from './frappe-error.ts';
import { decodePart, htmlReply, type SiteReply, type SiteRequest } from './http-words.ts';
import { renderPage } from './page.ts';
import type { Site } from './site.ts';

async function readBody(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk); // the rest is read and let go, so that the answer can be heard
  }
  if (size > limit) throw bodyTooLarge();
  return Buffer.concat(chunks);
}

const isPagePath = (path: string): boolean => path === '/' || /^\/(?:app|desk)(?:\/|$)/.test(path);

/** The sandbox on a port: reads requests, lets faults have their way, answers. */
export class SandboxServer {
  private readonly site: Site;
  private readonly faults: FaultList;
  private readonly control: FaultControl;
  private readonly gate = new Gate();
  private readonly stopping = new AbortController();
  private readonly server: Server;
  private readonly running = new Set<Promise<void>>();
  requests = 0;

  constructor(site: Site, faults: FaultList, control: FaultControl) {
    this.site = site;
    this.faults = faults;
    this.control = control;
    this.server = createServer((incoming, outgoing) => {
      const work = this.serve(incoming, outgoing).catch(() => {
        outgoing.destroy(); // the client went away, or the disk is full: no answer is the honest one
      });
      this.running.add(work);
      void work.finally(() => this.running.delete(work));
    });
  }

  /** Starts to listen and answers the port. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => {
        this.server.off('error', reject);
        // a TCP server's address is an object
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  /** Ends every wait, lets running requests commit, and closes. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.stopping.abort();
    this.gate.openAll();
    await Promise.all(this.running);
    this.server.closeAllConnections();
    await closed;
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const [target = '/', search = ''] = (incoming.url ?? '/').split(/\?(.*)/s);
    const snapshot = this.site.store.snapshot;
    let reply: SiteReply;
    let struck: readonly Fault[] = [];
    try {
      const request: SiteRequest = {
        method: incoming.method ?? 'GET',
        path: target,
        query: new URLSearchParams(search),
        headers: incoming.headers,
        body: await readBody(incoming, this.site.bodyLimit),
        siteUrl: `http://${incoming.headers.host ?? 'localhost'}`,
        snapshot,
      };
      struck = target.startsWith('/__sandbox/') ? [] : this.faults.strike(request.method, decodePart(target));
      if (has(struck, 'drop-before-commit')) {
        outgoing.destroy();
        return;
      }
      reply = await this.reply(request, struck);
    } catch (error) {
      if (!(error instanceof PageError)) throw error;
      reply = htmlReply(error.status, error.html);
    }
    await this.wait(delayOf(struck, 'delay-answer'));
    if (has(struck, 'drop-after-commit')) outgoing.destroy();
    else send(outgoing, reply, incoming.method === 'HEAD');
  }

  private async reply(request: SiteRequest, struck: readonly Fault[]): Promise<SiteReply> {
    if (request.path.startsWith('/__sandbox/')) return handleControl(this.site, this.control, request, this.requests);
    this.requests += 1;
    await this.wait(delayOf(struck, 'delay'));
    for (const fault of struck) if (fault.kind === 'race') await this.gate.pass(fault);
    if (request.path.startsWith('/api/') || isFilePath(decodePart(request.path))) {
      return handleApi(this.site, request, (verb) => refuseBy(struck, verb));
    }
    refuseBy(struck, request.method);
    if (request.method === 'GET' && isPagePath(request.path)) return htmlReply(200, renderPage(this.site));
    throw new PageError(404, 'Not Found', `The page ${escapeHtml(decodePart(request.path))} does not exist`);
  }

  /** A wait that stopping ends early: what it held back is still done. */
  private async wait(ms: number): Promise<void> {
    if (ms <= 0) return;
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined); // stopping
  }
}

function send(outgoing: ServerResponse, reply: SiteReply, isHead: boolean): void {
  if (outgoing.destroyed) return; // a client that timed out; what it asked for was done
  for (const [name, value] of Object.entries(reply.headers)) outgoing.setHeader(name, value);
  outgoing.setHeader('Content-Length', Buffer.byteLength(reply.body));
  outgoing.writeHead(reply.status);
  outgoing.end(isHead ? undefined : reply.body);
}
