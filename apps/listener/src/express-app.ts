import express, { type Express } from 'express';
import { ServerResponse, type IncomingMessage } from 'node:http';
import { DeviceRequest } from './device-request.ts';

/** `lost`: Express gives up a target that it cannot parse, and would answer 404 by itself. */
export type Dispatch = (req: IncomingMessage, res: ServerResponse, lost: () => void) => void;

/** An Express with one handler, and the kinds of requests and responses that it takes as they are. */
export function deviceApp(serve: (req: DeviceRequest, res: ServerResponse) => void) {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', false);
  app.use((req, res) => {
    serve(req as unknown as DeviceRequest, res); // they are born as such
  });
  return { dispatch: app as unknown as Dispatch, born: bornForExpress(app) }; // plain requests are born as those that it expects
}

/**
 * Express changes the prototype of every request and response, which costs more than all else that it does here.
 * Ours are made with the prototype that it would set, so that it finds nothing to change (docs/decisions/0006).
 */
function bornForExpress(app: Express) {
  class BornRequest extends DeviceRequest {}
  class BornResponse extends ServerResponse<BornRequest> {}
  // what Express gives to requests, and behind it what they are
  Object.setPrototypeOf(BornRequest.prototype, app.request);
  Object.setPrototypeOf(app.request, DeviceRequest.prototype);
  Object.setPrototypeOf(DeviceRequest.prototype, express.request);
  Object.setPrototypeOf(BornResponse.prototype, app.response);
  Object.assign(app, { request: BornRequest.prototype, response: BornResponse.prototype });
  routeOnce(BornRequest.prototype);
  return { IncomingMessage: BornRequest, ServerResponse: BornResponse };
}

/**
 * Express reads each target sign by sign and keeps what it found with the request, to see which of its routes fits. There is
 * one, and it fits everything: so what was found for the first target stands for all of them.
 */
function routeOnce(requests: IncomingMessage): void {
  let found: { _raw?: string | undefined } | undefined;
  Object.defineProperty(requests, '_parsedUrl', {
    get(this: IncomingMessage) {
      if (found) found._raw = this.url; // whose it is
      return found;
    },
    set(first: object) {
      found ??= first;
    },
  });
}
