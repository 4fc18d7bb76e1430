export * from './errors.ts';
export { OPS_ROUTES, startOps, type OpsOptions, type RunningServer } from './ops-server.ts';
export { startApi, type ApiOptions } from './start.ts';
export { webhookSecrets, type SecretSources } from './webhooks/secrets.ts';
export { API_PATH, openApiDocument } from './v1/openapi.ts';
export { v1Router, type V1Deps } from './v1/router.ts';
export { ROUTES } from './v1/routes/index.ts';
