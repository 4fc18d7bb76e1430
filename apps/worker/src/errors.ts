import { errorsOf, type ErrorCatalog } from '@biolistener/core';

export const WORKER_ERRORS = {
  WORKER_LANE_STUCK: {
    kind: 'ours',
    when: 'A delivery came back undone right after it was dealt with.',
    fix: 'Report it with the log around it; the delivery is tried again every half minute.',
  },
  WORKER_SUPREMA_UNREACHABLE: {
    kind: 'transient',
    when: 'The BioStar server does not answer, or not in time.',
    fix: 'Check the address, the network and whether the server runs; it is tried again by itself.',
  },
  WORKER_SUPREMA_CERTIFICATE: {
    kind: 'permanent',
    when: 'The certificate of the BioStar server is not trusted, or is another one than was accepted. Nothing was sent.',
    fix: 'Compare the certificate with the one on the server, then run `biolistener suprema connect` to accept it.',
  },
  WORKER_SUPREMA_LOGIN: {
    kind: 'permanent',
    when: 'The BioStar server refuses the login. It is tried again after a minute, so that the account is not locked.',
    fix: 'Check name and password of the operator account: `biolistener suprema check`.',
  },
  WORKER_SUPREMA_ANSWER: {
    kind: 'transient',
    when: 'The BioStar server, or a proxy before it, answered something that is no JSON of its API.',
    fix: 'Usually it is starting; if it lasts, check that the address leads to the server itself.',
  },
} as const satisfies ErrorCatalog;

export const workerError = errorsOf(WORKER_ERRORS);
