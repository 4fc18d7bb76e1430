// What the peer client of the worker needs beside the brand itself: words of the API, without its sockets.
export * from './codes.ts';
export * from './command-words.ts';
export * from './envelope.ts';
export { eventKeyOf } from './event-row.ts';
export { readStamp } from './event-time.ts';
export { inputOf, isDeviceId } from './identify.ts';
export * from './search.ts';
export { cutFace, decodeBase64, FACE_BIN_TYPES, TEMPLATE_FORMS, type FaceBinType } from './template-forms.ts';
export * from './user-plan.ts';
export { cardNumbers } from './user-row.ts';
export * from './values.ts';
