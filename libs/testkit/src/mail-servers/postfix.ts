// Debian's Postfix as a private instance: its own configuration, queue and data, one port on loopback, no part of the system's mail.
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NotPossibleHereError } from '../not-possible-here.js';
import { makeFolder, type Ports, type RealServer, requireRoot, run, writeCertificate } from './real-server.js';

const MASTER = '/usr/lib/postfix/sbin/master';

export type PostfixSettings = Readonly<Record<string, string>>;

/** Returns settings that offer TLS with the certificate of the tests, and do not require it. */
export const offeringTls = (folder: string): PostfixSettings => {
  const { keyFile, certificateFile } = writeCertificate(folder);
  return { smtpd_tls_security_level: 'may', smtpd_tls_key_file: keyFile, smtpd_tls_cert_file: certificateFile };
};

/**
 * Starts a Postfix with these settings of main.cf, which override those that it needs to run.
 * @throws NotPossibleHereError if Postfix or its user is missing, or this process is not root
 */
export async function startPostfix(ports: Ports, settingsIn: (folder: string) => PostfixSettings, within?: string): Promise<RealServer> {
  requireRoot();
  if (!existsSync(MASTER)) throw new NotPossibleHereError("needs Debian's postfix");
  const folder = makeFolder('postfix', within);
  const [config, data] = [join(folder, 'config'), join(folder, 'data')];
  for (const each of [config, data, join(folder, 'queue')]) mkdirSync(each);
  const postfix = accountOf('postfix');
  chownSync(data, postfix.uid, postfix.gid);
  const settings = { ...mainSettings(folder, ports), ...settingsIn(folder) };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  writeFileSync(join(config, 'main.cf'), lines.join(''));
  writeFileSync(join(config, 'master.cf'), servicesAt(ports.port));
  // Makes the folders of the queue, each with the owner that Postfix wants.
  execFileSync('postfix', ['-c', config, 'check'], { stdio: 'ignore' });
  return run(folder, ports.port, { command: MASTER, args: ['-c', config, '-d'] });
}

const mainSettings = (folder: string, { behind }: Ports): PostfixSettings => ({
  compatibility_level: '3.6',
  queue_directory: join(folder, 'queue'),
  data_directory: join(folder, 'data'),
  daemon_directory: '/usr/lib/postfix/sbin',
  command_directory: '/usr/sbin',
  mail_owner: 'postfix',
  setgid_group: 'postdrop',
  maillog_file: join(folder, 'mail.log'),
  maillog_file_prefixes: folder,
  myhostname: 'mx.postfix.test',
  mydestination: '',
  inet_interfaces: '127.0.0.1',
  inet_protocols: 'ipv4',
  mynetworks: '127.0.0.0/8',
  smtp_dns_support_level: 'disabled',
  relayhost: `[127.0.0.1]:${behind}`,
  // By default Postfix does not count clients of its own networks, which on loopback are all clients.
  smtpd_client_event_limit_exceptions: '',
});

/** Returns master.cf with the services for mail (master(5)): type, private, unprivileged, chroot, wake-up, processes, program. */
const servicesAt = (port: number): string =>
  [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'rewrite unix - - n - - trivial-rewrite',
    ...['bounce', 'defer', 'trace'].map((name) => `${name} unix - - n - 0 bounce`),
    'verify unix - - n - 1 verify',
    ...['smtp', 'relay'].map((name) => `${name} unix - - n - - smtp`),
    ...['error', 'retry'].map((name) => `${name} unix - - n - - error`),
    'anvil unix - - n - 1 anvil',
    'scache unix - - n - 1 scache',
    'proxymap unix - - n - - proxymap',
    'postlog unix-dgram n - n - 1 postlogd',
    '',
  ].join('\n');

function accountOf(name: string): { uid: number; gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) throw new NotPossibleHereError(`needs the user ${name}`);
  return { uid: Number(uid), gid: Number(gid) };
}
