import { type Load } from '../stage/jobs.js';
import { type SinkPorts } from '../stage/bench-stage.js';

/** The processes that work on a load and are measured, and the way to end them. */
export type Running = {
  pids: readonly number[];
  /** Resolves when everything that it records has been recorded. */
  settled(load: Load): Promise<void>;
  stop(): Promise<void>;
};

export type Contender = {
  /** The sink that receives its mail. */
  sink: keyof SinkPorts;
  /** Whether its mail is signed. */
  signs: boolean;
  /** Whether it takes its work from the queue, which is filled before it starts; otherwise `start` feeds it. */
  takesJobs: boolean;
  start(load: Load): Promise<Running>;
};
