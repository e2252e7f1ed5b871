// Runs Debian's programs without root. Their packages, and the dependencies that the system lacks, are unpacked into one folder; a small
// script for each program starts it with the libraries from there.
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from './run-quietly.mjs';
import { StepError } from './steps.mjs';
import { workspaceRoot } from './workspace.mjs';

const programs = join(workspaceRoot, '.data', 'programs');
const root = join(programs, 'root');

/** The folder of the scripts. */
export const UNPACKED = join(programs, 'bin');

const fontsFile = join(programs, 'fonts.conf');

/**
 * What a program needs besides its libraries when it is not in /usr: its path if it is in no usual folder, environment variables, and
 * something to do before it first runs.
 */
const PECULIARITIES = {
  openssl: { variables: () => ({ OPENSSL_CONF: join(root, 'etc', 'ssl', 'openssl.cnf'), ...opensslModules() }) },
  gpgsm: { prepare: tellGnupgWhereItIs },
  // Debian's start script looks for everything in /usr.
  chromium: { path: 'usr/lib/chromium/chromium-headless-shell', variables: () => ({ FONTCONFIG_FILE: fontsFile }), prepare: nameFonts },
};

/** Unpacks the packages of `way` and writes a script for each of `names`. Throws StepError with what apt-get said. */
export async function unpackPrograms(names, way, say) {
  mkdirSync(root, { recursive: true });
  const archives = join(programs, 'archives');
  try {
    const files = await download(way, archives);
    for (const file of files) await run('dpkg', ['-x', file, root], way);
    say(`${files.length} packages in ${programs}`);
  } finally {
    rmSync(archives, { recursive: true, force: true });
  }
  mkdirSync(UNPACKED, { recursive: true });
  for (const name of names) await writeScript(name, way);
}

/**
 * Downloads what is missing. If the system's package lists are missing or name packages that are gone, the second
 * attempt uses lists of our own.
 */
async function download(way, folder) {
  const ownLists = ['-o', `Dir::State::lists=${join(programs, 'lists')}`, '-o', `Dir::Cache=${join(programs, 'cache')}`];
  try {
    return await downloadBy([], way, folder);
  } catch {
    // If the second attempt fails, its error is the one that is thrown.
    for (const name of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(programs, name), { recursive: true });
    // The exit code is ignored: one of several sources may be out of reach without being needed.
    await runQuietly('apt-get', [...ownLists, 'update']);
    return await downloadBy(ownLists, way, folder);
  } finally {
    for (const name of ['lists', 'cache']) rmSync(join(programs, name), { recursive: true, force: true });
  }
}

async function downloadBy(options, way, folder) {
  const plan = await run('apt-get', [...options, '-s', 'install', '--no-install-recommends', ...way.packages], way);
  // "Inst redis-tools (5:7.0.15-1 Debian:12.1/stable [amd64])", with the present version in brackets before it for an upgrade.
  const planned = [...plan.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+) /gm)].filter(([, name]) => way.onlyOf?.includes(name) ?? true);
  const missing = planned.map(([, name, version]) => `${name}=${version}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  await run('apt-get', [...options, 'download', ...missing], way, folder);
  return readdirSync(folder).map((file) => join(folder, file));
}

/** gpgsm starts an agent by its path; since 2.2 this file says where to look (gpgconf(1)). An agent of the system serves as well. */
function tellGnupgWhereItIs() {
  const bin = join(root, 'usr', 'bin');
  writeFileSync(join(bin, 'gpgconf.ctl'), `rootdir=${join(root, 'usr')}\n`);
  for (const name of ['gpg-agent', 'gpgconf', 'gpg-connect-agent']) {
    if (!existsSync(join(bin, name)) && existsSync(join('/usr/bin', name))) symlinkSync(join('/usr/bin', name), join(bin, name));
  }
}

/** Lists the fonts that the browser can use. A browser that finds none draws no letters and prints many warnings. */
function nameFonts() {
  const folders = [join(root, 'usr', 'share', 'fonts'), '/usr/share/fonts'].map((folder) => `<dir>${folder}</dir>`);
  writeFileSync(fontsFile, `<fontconfig>${folders.join('')}<cachedir>${join(programs, 'fonts-cache')}</cachedir></fontconfig>\n`);
}

/** Writes the script that starts a program. It sets the library path itself, so that no other program finds these libraries. */
async function writeScript(name, way) {
  const { path, variables = () => ({}), prepare } = PECULIARITIES[name] ?? {};
  const program = [path, `usr/bin/${name}`, `usr/sbin/${name}`, `bin/${name}`].find(
    (each) => each !== undefined && existsSync(join(root, each)),
  );
  if (program === undefined) throw new StepError(`${name} is in none of the packages ${way.packages.join(', ')}.`, way.command);
  prepare?.();
  const assignments = Object.entries({ LD_LIBRARY_PATH: libraryFolders().join(':'), ...variables() });
  const script = join(UNPACKED, name);
  writeFileSync(
    script,
    [
      '#!/bin/sh',
      ...assignments.map(([variable, value]) => `export ${variable}=${quoted(value)}`),
      `exec ${quoted(join(root, program))} "$@"`,
      '',
    ].join('\n'),
  );
  chmodSync(script, 0o755);
  const { code, output } = await runQuietly(script, ['--version']);
  if (code === null || code === 126 || code === 127) {
    rmSync(script);
    throw new StepError(`${name} does not run here.\n${output}`, way.command);
  }
}

/** Debian keeps libraries in lib/<architecture>, and those of some packages in a subfolder. */
function libraryFolders() {
  const holdsLibraries = (folder) => readdirSync(folder).some((name) => /^lib.*\.so/.test(name));
  return architectureFolders()
    .flatMap((folder) => [folder, ...foldersIn(folder)])
    .filter(holdsLibraries);
}

const architectureFolders = () =>
  ['usr/lib', 'lib'].flatMap((lib) => foldersIn(join(root, lib))).filter((path) => /-linux-gnu\w*$/.test(path));

function foldersIn(folder) {
  if (!existsSync(folder)) return [];
  const paths = readdirSync(folder).map((name) => join(folder, name));
  return paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory());
}

/** The ciphers of old PKCS#12 files are in a module that comes with the library: if the system has the library, it has the module. */
function opensslModules() {
  const folder = architectureFolders()
    .map((path) => join(path, 'ossl-modules'))
    .find(existsSync);
  return folder === undefined ? {} : { OPENSSL_MODULES: folder };
}

async function run(command, args, way, cwd = programs) {
  const { code, output } = await runQuietly(command, args, { cwd, env: { ...process.env, LC_ALL: 'C' } });
  if (code !== 0) throw new StepError(`${command} ended with ${code}.\n${output.split('\n').slice(-10).join('\n')}`, way.command);
  return output;
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
