// Postfix as a durable relay, in a folder of its own: it takes a message, syncs it to its queue, says 250, and hands it on to the sink.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort, startServerProcess, type ServerProcess } from '@billing-mail/testkit';
import { NotPossibleHereError } from '@billing-mail/tools/stage';
import { type BenchStage } from '../stage/bench-stage.js';
import { type Load } from '../stage/jobs.js';
import { type Contender } from './contender.js';

const run = promisify(execFile);

const MASTER = '/usr/lib/postfix/sbin/master';
const FEEDERS = 16;

export function postfix(stage: BenchStage): Contender {
  return {
    sink: 'plain',
    signs: false,
    takesJobs: false,
    async start(load) {
      if (process.getuid?.() !== 0 || !existsSync(MASTER)) throw new NotPossibleHereError('needs root and the package postfix');
      // Its processes give up root and must still get there, so it is no folder of ours that only we may enter.
      const folder = mkdtempSync('/var/tmp/bench-postfix-');
      const port = await findFreePort();
      const server = await startRelay(folder, port, stage.ports.plain);
      const feeder = feed(port, load);
      return {
        pids: [],
        settled: () => Promise.resolve(),
        stop: async () => {
          feeder.kill('SIGKILL');
          await server.end('SIGTERM');
          rmSync(folder, { recursive: true, force: true });
        },
      };
    },
  };
}

async function startRelay(folder: string, port: number, sinkPort: number): Promise<ServerProcess> {
  chmodSync(folder, 0o755);
  const [config, data] = [join(folder, 'etc'), join(folder, 'data')];
  for (const path of [config, data, join(folder, 'queue')]) mkdirSync(path, { mode: 0o755 });
  await run('chown', ['postfix', data]);
  writeFileSync(join(config, 'main.cf'), mainConfig(folder, sinkPort));
  writeFileSync(join(config, 'master.cf'), masterConfig(port));
  await run('postfix', ['-c', config, 'check']);
  return startServerProcess({
    command: MASTER,
    args: ['-c', config, '-d'],
    ready: () => isListening(port),
    readyWithinMs: 20_000,
    deathSignal: 'TERM',
  });
}

const mainConfig = (folder: string, sinkPort: number): string => `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/mail.log
maillog_file_prefixes = ${folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.bench.example
mydestination =
alias_maps =
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
smtp_tls_security_level = none
smtpd_tls_security_level = none
disable_dns_lookups = yes
relayhost = [127.0.0.1]:${sinkPort}
message_size_limit = 52428800
# As many connections as all others have, from the start, and no pause between taking messages.
default_destination_concurrency_limit = 16
initial_destination_concurrency = 16
in_flow_delay = 0
`;

const masterConfig = (port: number): string => `
127.0.0.1:${port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
scache unix - - n - 1 scache
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`;

/** Debian's own generator of load, with messages that are as large on the wire as those with documents. */
function feed(port: number, { bytes, warmUp, count }: Load) {
  const wireBytes = Math.round((bytes * 4 * 78) / (3 * 76));
  const args = ['-4', '-s', FEEDERS, '-m', warmUp + count, '-l', wireBytes, '-f', 'a@bench.example', '-t', 'b@customer.example'];
  return spawn('smtp-source', [...args.map(String), `127.0.0.1:${port}`], { stdio: 'ignore' });
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'data');
    return true;
  } catch {
    return false; // not yet
  } finally {
    socket.destroy();
  }
}
