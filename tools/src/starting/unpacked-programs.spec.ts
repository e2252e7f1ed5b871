// Tests how programs are provided without root, with fakes of apt-get and dpkg: the real ones need Debian and its mirrors.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { workspaceRoot } from '../workspace.js';

/** Knows redis-server, an upgrade and no other package. "download" writes a file for each package that it is given. */
const APT_GET = `#!/bin/sh
echo "$@" >> "$LOG"
case "$*" in
  *Dir::State::lists=*) ;;
  *) [ -n "$NO_LISTS" ] && { echo "E: Unable to locate package"; exit 100; } ;;
esac
case "$*" in
  *install*redis-server) echo "Inst libssl3 [3.0.1] (3.0.2 Debian:12.1/stable [amd64])"; echo "Inst redis-server (5:7.0 Debian:12.1/stable [amd64])";;
  *install*) echo "E: Unable to locate package"; exit 100;;
  *download*) touch $(echo "$*" | sed 's/.*download //');;
esac`;

/** Unpacks a library, and a program that prints how it was called. */
const DPKG = `#!/bin/sh
mkdir -p "$3/usr/bin" "$3/usr/lib/x86_64-linux-gnu/nss"
touch "$3/usr/lib/x86_64-linux-gnu/liblzf.so.1" "$3/usr/lib/x86_64-linux-gnu/nss/libfreebl3.so"
printf '#!/bin/sh\\n[ -n "$BROKEN" ] && exit 127\\necho "$LD_LIBRARY_PATH|$*"\\n' > "$3/usr/bin/redis-server"
chmod 755 "$3/usr/bin/redis-server"`;

describe('unpackPrograms', () => {
  let scratch: string;
  let checkout: string;
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'unpacked-'));
    checkout = join(scratch, "a checkout's folder");
    mkdirSync(join(checkout, 'tools'), { recursive: true });
    for (const name of readdirSync(join(workspaceRoot, 'tools')).filter((file) => file.endsWith('.mjs'))) {
      cpSync(join(workspaceRoot, 'tools', name), join(checkout, 'tools', name));
    }
    mkdirSync(join(scratch, 'bin'));
    writeFileSync(join(scratch, 'bin', 'apt-get'), APT_GET, { mode: 0o755 });
    writeFileSync(join(scratch, 'bin', 'dpkg'), DPKG, { mode: 0o755 });
  });
  afterEach(() => rmSync(scratch, { recursive: true }));

  const unpack = (name: string, variables: NodeJS.ProcessEnv = {}, onlyOf: string[] | null = null): string => {
    const program = `import { unpackPrograms } from './tools/unpacked-programs.mjs';
      const way = { packages: ['${name}'], onlyOf: ${JSON.stringify(onlyOf)}, command: 'sudo apt-get install ${name}' };
      await unpackPrograms(['${name}'], way, (said) => console.log(said)).catch((error) => console.log(error.message, 'cure:', error.cure));`;
    const env = {
      ...process.env,
      ...variables,
      LOG: join(scratch, 'log'),
      PATH: [join(scratch, 'bin'), process.env['PATH']].join(delimiter),
    };
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { cwd: checkout, env });
    return `${stdout.toString()}${stderr.toString()}`;
  };
  const asked = (): string[] => readFileSync(join(scratch, 'log'), 'utf8').trim().split('\n');

  it('leaves a program that runs with the libraries beside it, and nothing else', () => {
    expect(unpack('redis-server')).toMatch(/^2 packages in /);
    const programs = join(checkout, '.data', 'programs');
    const script = join(programs, 'bin', 'redis-server');
    const libraries = ['', '/nss']
      .map((folder) => join(programs, 'root', 'usr', 'lib', 'x86_64-linux-gnu', folder))
      .map((path) => path.replace(/\/$/, ''));
    expect(spawnSync(script, ['--port', '1']).stdout.toString()).toBe(`${libraries.join(':')}|--port 1\n`);
    expect(readdirSync(programs).sort()).toEqual(['bin', 'root']);
    expect(asked().at(-1)).toBe('download libssl3=3.0.2 redis-server=5:7.0');
  });

  it('takes only what it is told of what apt would install, under whichever name this Debian has it', () => {
    expect(unpack('redis-server', {}, ['redis-server', 'redis-split-off'])).toMatch(/^1 packages in /);
    expect(asked().at(-1)).toBe('download redis-server=5:7.0');
  });

  it('fetches lists of its own where the system has none', () => {
    expect(unpack('redis-server', { NO_LISTS: '1' })).toMatch(/^2 packages in /);
    expect(asked().filter((line) => line.endsWith(' update'))).toHaveLength(1);
  });

  it('says what apt-get said and the command for root when there is no such package', () => {
    expect(unpack('curl')).toMatch(/apt-get ended with 100\.\n.*Unable to locate package cure: sudo apt-get install curl/);
    expect(existsSync(join(checkout, '.data', 'programs', 'bin', 'curl'))).toBe(false);
  });

  it('tells of a program that does not run here, and does not take it for there the next time', () => {
    expect(unpack('redis-server', { BROKEN: '1' })).toMatch(/redis-server does not run here.*cure: sudo/s);
    expect(existsSync(join(checkout, '.data', 'programs', 'bin', 'redis-server'))).toBe(false);
  });
});
