// Programs that npm cannot install. On Debian and Ubuntu root installs them; for anybody else they are unpacked into the data folder. On
// other systems the command to run is named.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runQuietly } from './run-quietly.mjs';
import { step, StepError } from './steps.mjs';
import { UNPACKED, unpackPrograms } from './unpacked-programs.mjs';

/** For each program: Debian's package, Homebrew's if its name differs, and what we need the program for. */
const PROGRAMS = {
  'redis-server': { debian: 'redis-server', brew: 'redis', use: 'holds the queues, unless REDIS_URL is set' },
  setpriv: { debian: 'util-linux', use: 'ends a server whose start was killed' },
  openssl: { debian: 'openssl', use: 'verifies signed mail' },
  gpgsm: { debian: 'gpgsm', brew: 'gnupg', use: 'verifies signed mail' },
  'gpg-agent': { debian: 'gpg-agent', brew: 'gnupg', use: 'verifies signed mail' },
  gpgconf: { debian: 'gpgconf', brew: 'gnupg', use: 'verifies signed mail' },
  certutil: { debian: 'libnss3-tools', brew: 'nss', use: 'verifies signed mail' },
  pk12util: { debian: 'libnss3-tools', brew: 'nss', use: 'writes certificates as Firefox does' },
  cmsutil: { debian: 'libnss3-tools', brew: 'nss', use: 'verifies signed mail' },
  python3: { debian: 'python3', use: "reads mail with Python's e-mail package" },
  curl: { debian: 'curl', use: 'runs the examples of the documents' },
  // Starts without a screen and takes half the work of the full browser, which is used where it is present.
  chromium: {
    debian: 'chromium-headless-shell',
    brew: 'chromium',
    use: 'opens the web page',
    alternatives: ['chromium-headless-shell', 'chromium-browser', 'google-chrome'],
  },
  faketime: { debian: 'faketime', use: 'lets tests run on another day' },
  'smtp-source': { debian: 'postfix', use: 'is measured beside the dispatcher' },
  postfix: { debian: 'postfix', use: 'is a real mail server to send to' },
  pgbouncer: { debian: 'pgbouncer', use: 'pools connections to PostgreSQL' },
  haproxy: { debian: 'haproxy', use: 'stands before several instances of a service' },
  // The next two are unpacked beside the system's programs, also for root. promtool: only these packages, without the other dependencies,
  // because nobody wants a Prometheus that watches the machine; from Debian 13 on it is a package that `prometheus` depends on. exim4: if
  // installed, it would replace the system's mail server, because Debian allows only one.
  promtool: {
    debian: 'prometheus',
    brew: 'prometheus',
    use: 'judges metrics and alert rules',
    besideTheSystem: true,
    onlyOf: ['prometheus', 'promtool'],
  },
  exim4: { debian: 'exim4-daemon-light', use: 'is a real mail server to send to', besideTheSystem: true },
};

/**
 * What `npm test` needs. PostgreSQL comes from npm. The programs that judge our output are not ours. Real mail servers run only as root, so
 * other users do not need them, and the tests then say what they skipped.
 */
export const NEEDED_BY_TESTS = [
  'redis-server',
  'openssl',
  'gpgsm',
  'gpg-agent',
  'gpgconf',
  'certutil',
  'cmsutil',
  'pk12util',
  'python3',
  'curl',
  'chromium',
  'postfix?',
  'pgbouncer',
  'exim4?',
  'promtool',
];

/** What `npm run ops-tests` needs. */
export const NEEDED_BY_OPS_TESTS = [...NEEDED_BY_TESTS, 'haproxy'];

/** What a program is for. */
export const useOf = (name) => PROGRAMS[name].use;

/** Where a program is, or null. */
export function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/usr/sbin', UNPACKED];
  const names = [name, ...(PROGRAMS[name].alternatives ?? [])];
  return folders.flatMap((folder) => names.map((each) => join(folder, each))).find((path) => existsSync(path)) ?? null;
}

/** Returns how to get missing programs here. Kind `told`: the user has to run `command`; otherwise `provideSystemPrograms` gets them. */
export function wayToGet(names) {
  const packagesBy = (system) => [...new Set(names.map((name) => PROGRAMS[name][system] ?? PROGRAMS[name].debian))];
  const packages = packagesBy('debian');
  if (process.platform === 'darwin') return { kind: 'told', command: `brew install ${packagesBy('brew').join(' ')}` };
  if (!existsSync('/usr/bin/apt-get'))
    return { kind: 'told', command: `install, as this system does: ${packages.join(', ')} (Debian's names)` };
  // Ubuntu's package of that name only installs the snap, and snaps do not run everywhere.
  if (names.includes('chromium') && isUbuntu()) return { kind: 'told', command: 'sudo snap install chromium, or install Google Chrome' };
  const install = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid() === 0 && !names.some((name) => PROGRAMS[name].besideTheSystem))
    return { kind: 'installed', packages, command: install };
  // These programs are single files without shared libraries. All dependencies of their packages together would be many times as large.
  const standsAlone = names.every((name) => PROGRAMS[name].onlyOf !== undefined);
  const onlyOf = standsAlone ? names.flatMap((name) => PROGRAMS[name].onlyOf) : null;
  return { kind: 'unpacked', packages, onlyOf, command: `sudo sh -c '${install}'` };
}

const isUbuntu = () => existsSync('/etc/os-release') && /^ID=ubuntu$/m.test(readFileSync('/etc/os-release', 'utf8'));

const mayInstall = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

/**
 * Makes sure that the named programs, keys of the table above, are available. A name with a question mark is optional: it is installed only
 * where we are root. Unpacked programs are put on the PATH for child processes.
 */
export async function provideSystemPrograms(wanted) {
  const names = wanted.filter((name) => !name.endsWith('?') || mayInstall()).map((name) => name.replace('?', ''));
  // Appended last: the programs of the system come first, because somebody keeps them up to date.
  process.env.PATH = [process.env.PATH, UNPACKED].filter(Boolean).join(delimiter);
  const missing = names.filter((name) => findProgram(name) === null);
  if (missing.length === 0) return;
  const leftToPeople = missing.filter((name) => wayToGet([name]).kind === 'told');
  if (leftToPeople.length > 0) throw new StepError(`Not installed: ${leftToPeople.join(', ')}.`, wayToGet(leftToPeople).command);
  const kindOf = (name) => (PROGRAMS[name].onlyOf ? 'alone' : PROGRAMS[name].besideTheSystem ? 'beside' : 'usual');
  for (const kind of ['usual', 'beside', 'alone']) {
    const some = missing.filter((name) => kindOf(name) === kind);
    if (some.length > 0) await provide(some);
  }
}

async function provide(missing) {
  const way = wayToGet(missing);
  const where = way.kind === 'installed' ? 'installed by apt-get, as this is root' : 'unpacked into .data';
  console.log(`Missing on this machine, and now ${where}:`);
  for (const name of missing) console.log(`  ${name.padEnd(12)} ${useOf(name)}`);
  if (way.kind === 'installed') await step(`Install ${way.packages.join(', ')}`, () => installWithoutStarting(way.command));
  else await step(`Unpack ${way.packages.join(', ')}`, (say) => unpackPrograms(missing, way, say));
}

async function installWithoutStarting(command) {
  // Debian starts a service as soon as it is installed. Ours is private, and nobody wants a system-wide Redis on port 6379.
  const policy = '/usr/sbin/policy-rc.d';
  const isOurs = !existsSync(policy);
  if (isOurs) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const { code, output } = await runQuietly('sh', ['-c', command], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    if (code !== 0) throw new StepError(`apt-get ended with ${code}.\n${output.split('\n').slice(-15).join('\n')}`, command);
  } finally {
    if (isOurs) rmSync(policy, { force: true });
  }
}
