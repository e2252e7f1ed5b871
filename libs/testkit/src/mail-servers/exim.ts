// Debian's Exim as a private instance. Its package cannot be installed beside another mail server, so it is only unpacked, and a mount
// namespace shows what it looks for in the system (its user, its libraries) to Exim alone.
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NotPossibleHereError } from '../not-possible-here.js';
import { makeFolder, type Ports, type RealServer, requireRoot, run, writeCertificate } from './real-server.js';

const UNPACKED = join(__dirname, '..', '..', '..', '..', '.data', 'programs', 'root');
/** Where Exim's user finds what is unpacked, below the server's folder. `npm start` closes `.data` to all other users. */
const SHOWN = 'unpacked';
const PROGRAM = '/usr/sbin/exim4';
const LIBRARIES = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
/** Debian's name for Exim's user, which is compiled in. The user id only has to be unused. */
const USER = 'Debian-exim';
const USER_ID = 64_999;

/** What a server demands: conditions of its access control lists at MAIL and AUTH, and options of the main configuration. */
export type EximSettings = {
  options?: readonly string[];
  atMail?: readonly string[];
  atAuth?: readonly string[];
  /** Domains whose mail goes to another port than all other mail, with that port. */
  domains?: Readonly<Record<string, number>>;
};

/**
 * Starts an Exim that offers TLS and lets anybody sign in.
 * @throws NotPossibleHereError if Exim is missing or this process is not root
 */
export async function startExim(ports: Ports, settings: EximSettings): Promise<RealServer> {
  requireRoot();
  const isUnpacked = existsSync(join(UNPACKED, PROGRAM));
  if (!isUnpacked && !existsSync(PROGRAM)) throw new NotPossibleHereError("needs Debian's exim4-daemon-light");
  const folder = makeFolder('exim');
  const exim = isUnpacked ? join(folder, SHOWN, PROGRAM) : PROGRAM;
  for (const name of ['spool', 'log']) {
    mkdirSync(join(folder, name));
    chownSync(join(folder, name), USER_ID, USER_ID);
  }
  const config = join(folder, 'exim.conf');
  writeFileSync(config, configuration(folder, exim, ports, settings));
  return run(folder, ports.port, { command: 'unshare', args: [...namespace(folder, isUnpacked), exim, '-bdf', '-q1m', '-C', config] });
}

/**
 * Returns the arguments of `unshare` before the program. A program that changes its user ignores LD_LIBRARY_PATH, so the libraries are
 * found by a loader cache.
 */
function namespace(folder: string, isUnpacked: boolean): string[] {
  const shown = (name: string, content: string): string => {
    writeFileSync(join(folder, name), `${readFileSync(`/etc/${name}`, 'utf8')}${content}\n`);
    return `mount --bind '${join(folder, name)}' /etc/${name}`;
  };
  const mounts = [
    shown('passwd', `${USER}:x:${USER_ID}:${USER_ID}::/nonexistent:/usr/sbin/nologin`),
    shown('group', `${USER}:x:${USER_ID}:`),
  ];
  if (isUnpacked) {
    const [root, cache] = [join(folder, SHOWN), join(folder, 'ld.so.cache')];
    mkdirSync(root);
    mounts.push(
      `mount --bind '${UNPACKED}' '${root}'`,
      `/sbin/ldconfig -X -C '${cache}' '${join(root, LIBRARIES)}'`,
      `mount --bind '${cache}' /etc/ld.so.cache`,
    );
  }
  return ['--mount', 'sh', '-c', `${mounts.join(' && ')} && exec "$@"`, 'sh'];
}

function configuration(
  folder: string,
  exim: string,
  { port, behind }: Ports,
  { options = [], atMail = [], atAuth = [], domains = {} }: EximSettings,
): string {
  const { keyFile, certificateFile } = writeCertificate(folder);
  return `
primary_hostname = mx.exim.test
exim_path = ${exim}
spool_directory = ${join(folder, 'spool')}
log_file_path = ${join(folder, 'log', '%slog')}
pid_file_path = ${join(folder, 'exim.pid')}
notifier_socket =
keep_environment =
daemon_smtp_ports = ${port}
local_interfaces = 127.0.0.1
disable_ipv6
tls_advertise_hosts = *
tls_certificate = ${certificateFile}
tls_privatekey = ${keyFile}
acl_smtp_mail = at_mail
acl_smtp_auth = at_auth
acl_smtp_rcpt = at_rcpt
${options.join('\n')}

begin acl
at_mail:
  ${[...atMail, 'accept'].join('\n  ')}
at_auth:
  ${[...atAuth, 'accept'].join('\n  ')}
at_rcpt:
  accept

begin routers
${Object.entries(domains).map(routerOf).join('')}behind:
  driver = manualroute
  route_list = * 127.0.0.1::${behind} byname
  self = send
  transport = behind

begin transports
behind:
  driver = smtp
  hosts_avoid_tls = *

begin retry
* * F,1h,1s

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = true
  server_set_id = $auth2
`;
}

const routerOf = ([domain, port]: [string, number], index: number): string => `special${index}:
  driver = manualroute
  domains = ${domain}
  route_list = * 127.0.0.1::${port} byname
  self = send
  transport = behind
`;
