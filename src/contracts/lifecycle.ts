/** A part with a life: started once, stopped once; both may be called again without harm. */
export interface Startable {
  start(): Promise<void>;
  stop(): Promise<void>;
}
