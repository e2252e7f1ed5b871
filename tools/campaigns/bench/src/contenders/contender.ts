import { type Load } from '../stage/jobs.js';
import { type SinkPorts } from '../stage/bench-stage.js';

/** What works on a load: one or more processes that are under the watch, and the way to end them. */
export type Running = {
  pids: readonly number[];
  /** Resolves when it has recorded all that it has to record. */
  settled(load: Load): Promise<void>;
  stop(): Promise<void>;
};

export type Contender = {
  /** Its mail comes out at this sink. */
  sink: keyof SinkPorts;
  /** What comes out is signed. */
  signs: boolean;
  /** It takes its work from the queue, which is filled before it starts; else it is fed by `start`. */
  takesJobs: boolean;
  start(load: Load): Promise<Running>;
};
