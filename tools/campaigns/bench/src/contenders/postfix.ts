// Postfix as a durable relay, in a folder of its own: it takes a message, syncs it to its queue, answers 250, and relays it to the sink.
import { spawn } from 'node:child_process';
import { findFreePort, startPostfix } from '@billing-mail/testkit';
import { type BenchStage } from '../stage/bench-stage.js';
import { type Load } from '../stage/jobs.js';
import { type Contender } from './contender.js';

const FEEDERS = 16;

export function postfix(stage: BenchStage): Contender {
  return {
    sink: 'plain',
    signs: false,
    takesJobs: false,
    async start(load) {
      const port = await findFreePort();
      // Its queue must be on a disk, which the folder for temporary files need not be.
      const server = await startPostfix({ port, behind: stage.ports.plain }, () => AS_FAST_AS_IT_CAN, '/var/tmp');
      const feeder = feed(port, load);
      return {
        pids: [],
        settled: () => Promise.resolve(),
        stop: async () => {
          feeder.kill('SIGKILL');
          await server.stop();
        },
      };
    },
  };
}

/** From the start as many connections as the other contenders have, no pause between messages, and no lookup of the client's name. */
const AS_FAST_AS_IT_CAN = {
  smtpd_peername_lookup: 'no',
  smtpd_client_event_limit_exceptions: '$mynetworks',
  smtp_tls_security_level: 'none',
  message_size_limit: '52428800',
  default_destination_concurrency_limit: String(FEEDERS),
  initial_destination_concurrency: String(FEEDERS),
  in_flow_delay: '0',
};

/** Runs Postfix's own load generator, with messages that are as large on the wire as those with documents. */
function feed(port: number, { bytes, warmUp, count }: Load) {
  const wireBytes = Math.round((bytes * 4 * 78) / (3 * 76));
  const args = ['-4', '-s', FEEDERS, '-m', warmUp + count, '-l', wireBytes, '-f', 'a@bench.example', '-t', 'b@customer.example'];
  return spawn('smtp-source', [...args.map(String), `127.0.0.1:${port}`], { stdio: 'ignore' });
}
