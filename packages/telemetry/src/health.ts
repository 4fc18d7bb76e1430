/** How one part is. `waiting` is no fault: it works, but something that it needs does not. */
export interface PartHealth {
  readonly part: string;
  readonly state: 'ok' | 'waiting' | 'failed';
  /** A sentence for a person; no secrets. */
  readonly message: string;
  /** False where terminals can be served all the same: then it does not count against readiness. */
  readonly isVital?: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
}

export type HealthCheck = () => PartHealth | Promise<PartHealth>;

export interface HealthReport {
  readonly status: 'ok' | 'waiting' | 'failed';
  /** Whether requests should be sent here. */
  readonly isReady: boolean;
  readonly parts: readonly PartHealth[];
}

const CHECK_TIMEOUT_MS = 2000;

/** A check that hangs is a failure of its part, not of the report. */
async function bounded(name: string, check: HealthCheck): Promise<PartHealth> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<PartHealth>((resolve) => {
    timer = setTimeout(
      () => resolve({ part: name, state: 'failed', message: 'did not answer within 2 s' }),
      CHECK_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([Promise.resolve().then(check), late]);
  } catch (error) {
    return { part: name, state: 'failed', message: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

export async function reportHealth(checks: ReadonlyMap<string, HealthCheck>): Promise<HealthReport> {
  const parts = await Promise.all([...checks].map(([name, check]) => bounded(name, check)));
  const worst = parts.some((p) => p.state === 'failed')
    ? 'failed'
    : parts.some((p) => p.state === 'waiting')
      ? 'waiting'
      : 'ok';
  const isReady = parts.every((part) => part.state !== 'failed' || part.isVital === false);
  return { status: worst, isReady, parts };
}
