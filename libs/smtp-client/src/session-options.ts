import { type Dialogue } from './dialogue.js';
import { type KnownServer } from './known-servers.js';
import { type NetworkPolicy, type Timeouts } from './smtp-server.js';
import { type StepListener } from './step-clock.js';

export type SessionOptions = {
  policy: NetworkPolicy;
  timeouts: Timeouts;
  /** Our name in EHLO: a host name, or an address in brackets. */
  clientName: string;
  /** Called for every step when it is done, including those of `session.send`. */
  onStep?: StepListener;
  /** Records what both sides say while the session is opened. */
  dialogue?: Dialogue;
  /** DNS servers (`address:port`) to ask in place of the system's. */
  dnsServers?: readonly string[];
  /** Awaited before any step is reported, with the addresses that we may connect to. If it rejects, so does `openSession`. */
  beforeConnecting?: (addresses: readonly string[]) => Promise<void>;
  /** Aborting it ends the opening at once. Once the session is open, use `session.close` instead. */
  opening?: AbortSignal;
  /** Wait until all sessions of the same scope that are being closed are gone. Meant for servers that limit the number of connections. */
  afterClosing?: boolean;
  /** What is known of this server from earlier sessions; this session adds to it. */
  known?: KnownServer;
};
