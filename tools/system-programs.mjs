// Programs that npm can't bring. On Debian and Ubuntu root installs them, anybody else gets them unpacked into the data folder;
// elsewhere the command to type is named.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runQuietly } from './run-quietly.mjs';
import { step, StepError } from './steps.mjs';
import { UNPACKED, unpackPrograms } from './unpacked-programs.mjs';

/** Debian package of each program. */
const PACKAGES = {
  'redis-server': 'redis-server',
  openssl: 'openssl',
  gpgsm: 'gpgsm',
  'gpg-agent': 'gpg-agent',
  python3: 'python3',
  curl: 'curl',
  chromium: 'chromium',
  faketime: 'faketime',
  setpriv: 'util-linux',
  'smtp-source': 'postfix',
};

/** What `npm test` needs. PostgreSQL comes from npm; what judges our work is nothing of ours. */
export const NEEDED_BY_TESTS = [
  'redis-server',
  'openssl',
  'gpgsm',
  'gpg-agent',
  'gpgconf',
  'certutil',
  'cmsutil',
  'python3',
  'curl',
  'chromium',
];

/** What a program is for. */
export const useOf = (name) => PROGRAMS[name].use;

/** Where a program is, or null. */
export function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/usr/sbin', UNPACKED];
  const names = [name, ...(PROGRAMS[name].alternatives ?? [])];
  return folders.flatMap((folder) => names.map((each) => join(folder, each))).find((path) => existsSync(path)) ?? null;
}

/** Makes sure of the programs named, which are keys of the table above. One with a question mark behind it is installed where we may, and done without elsewhere. */
export async function provideSystemPrograms(names) {
  const wanted = names.filter((name) => !name.endsWith('?') || mayInstall()).map((name) => name.replace('?', ''));
  const missing = wanted.filter((name) => findProgram(name) === null);
  if (missing.length === 0) return;
  const packages = missing.map((name) => PACKAGES[name]);
  const command = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (!mayInstall()) {
    const cure = process.platform === 'darwin' ? `brew install ${brewNames(missing)}` : `sudo sh -c '${command}'`;
    throw new StepError(`${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not installed and only root may install.`, cure);
  }
  await step(`Install ${packages.join(', ')} (apt-get)`, () => installWithoutStarting(command));
}

const mayInstall = () => process.getuid?.() === 0 && findProgram('apt-get') !== null;

async function installWithoutStarting(command) {
  // Debian starts a service as soon as it is installed; ours is private, and a system's Redis on port 6379 is nobody's wish.
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
