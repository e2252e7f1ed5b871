// Postfix as a durable relay, in a folder of its own: it takes a message, syncs it to its queue, says 250, and hands it on to the sink.
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
      // Its queue is on a disk, which the folder for temporary files need not be.
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

/** As many connections as all others have, from the start, and no pause between taking messages; who asks is not looked up. */
const AS_FAST_AS_IT_CAN = {
  smtpd_peername_lookup: 'no',
  smtpd_client_event_limit_exceptions: '$mynetworks',
  smtp_tls_security_level: 'none',
  message_size_limit: '52428800',
  default_destination_concurrency_limit: String(FEEDERS),
  initial_destination_concurrency: String(FEEDERS),
  in_flow_delay: '0',
};

/** Debian's own generator of load, with messages that are as large on the wire as those with documents. */
function feed(port: number, { bytes, warmUp, count }: Load) {
  const wireBytes = Math.round((bytes * 4 * 78) / (3 * 76));
  const args = ['-4', '-s', FEEDERS, '-m', warmUp + count, '-l', wireBytes, '-f', 'a@bench.example', '-t', 'b@customer.example'];
  return spawn('smtp-source', [...args.map(String), `127.0.0.1:${port}`], { stdio: 'ignore' });
}
