import type { HealthCheck } from '@biolistener/telemetry';
import type { SupremaServer } from '@biolistener/worker';
import type { Site } from '../site.ts';
import type { StopList } from '../stopping.ts';

/** What a process is made of while it comes up: the parts add how they are and how they stop. */
export interface Composition {
  readonly site: Site;
  readonly stops: StopList;
  readonly checks: Map<string, HealthCheck>;
  /** A BioStar server instead of the one of the settings. */
  readonly suprema?: SupremaServer | undefined;
}
