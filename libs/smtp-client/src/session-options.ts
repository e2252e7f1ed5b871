import { type Dialogue } from './dialogue.js';
import { type KnownServer } from './known-servers.js';
import { type NetworkPolicy, type Timeouts } from './smtp-server.js';
import { type StepListener } from './step-clock.js';

export type SessionOptions = {
  policy: NetworkPolicy;
  timeouts: Timeouts;
  /** Our name in EHLO: a host name, or an address in brackets. */
  clientName: string;
  /** Told of every step as it is done, also of those of `session.send`. */
  onStep?: StepListener;
  /** Hears what is said while the session is opened. */
  dialogue?: Dialogue;
  /** DNS servers (`address:port`) to ask in place of the system's. */
  dnsServers?: readonly string[];
  /** Aborted while the session is being opened, it ends that at once. Not to be aborted later: `session.close` is for that. */
  opening?: AbortSignal;
  /** Opened only once those of the same scope that are being closed are gone: for a server that counts connections. */
  afterClosing?: boolean;
  /** What is remembered of this server, and learns from this session. */
  known?: KnownServer;
};
