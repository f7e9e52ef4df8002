import type { Clock } from '../contracts/clock.ts';
import type { ThingDefinition } from '../contracts/definition.ts';
import type { Logger } from '../contracts/logger.ts';
import type { ExposedThing } from './exposure.ts';

/** What a servient offers to its services. */
export interface ServiceHost {
  readonly clock: Clock;
  readonly logger: Logger;
  expose(definition: ThingDefinition): Promise<ExposedThing>;
  unexpose(name: string): Promise<void>;
}

/** What runs with a servient and puts Things on it. */
export interface Service {
  /** Called when all bindings have started; the servient is not ready before it resolves, and stops where it rejects. */
  start(host: ServiceHost): Promise<void>;
  /** Called before the bindings stop; the servient itself takes the Things away. */
  stop(): Promise<void>;
}
