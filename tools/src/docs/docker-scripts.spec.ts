import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { workspaceRoot } from '../workspace.js';

const run = promisify(execFile);
const script = (name: string): string => join(workspaceRoot, 'docker', name);

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'billing-mail-docker-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('docker/make-secrets.sh', () => {
  const env = () => ({ ...process.env, SECRETS_DIR: join(folder, 'secrets'), ENV_FILE: join(folder, '.env') });
  const contents = () =>
    Object.fromEntries(readdirSync(join(folder, 'secrets')).map((name) => [name, readFileSync(join(folder, 'secrets', name), 'latin1')]));

  it('names what only the operator can bring, and fails until it is there', async () => {
    const failed = run(script('make-secrets.sh'), [], { env: env() });
    await expect(failed).rejects.toMatchObject({ code: 1, stdout: expect.stringMatching(/missing: .*platform_smtp_url/) });
    for (const name of ['platform_smtp_url', 'smime_p12', 'smime_p12_passphrase']) writeFileSync(join(folder, 'secrets', name), 'brought');
    await run(script('make-secrets.sh'), [], { env: env() });
    expect(contents()).toMatchObject({ platform_smtp_url: 'brought', smime_p12: 'brought' });
  });

  it('leaves alone what is there, so that a second run locks nobody out', async () => {
    await run(script('make-secrets.sh'), ['--try', 'e-invoice@example.com'], { env: env() });
    const first = contents();
    await run(script('make-secrets.sh'), ['--try', 'e-invoice@example.com'], { env: env() });
    expect(contents()).toEqual(first);
    expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700);
  });

  it('gives notification-service keys of its own, and where it sealed with the others before, these behind them', async () => {
    const make = () => run(script('make-secrets.sh'), ['--try', 'e-invoice@example.com'], { env: env() });
    await make();
    const { secret_keys = '', notification_secret_keys = '' } = contents();
    expect(notification_secret_keys).toMatch(/^own1:[^,]+\n$/);
    rmSync(join(folder, 'secrets', 'notification_secret_keys'));
    await make();
    expect(contents()['notification_secret_keys']).toMatch(/^own1:/);
    expect(contents()['notification_secret_keys']?.split(',')[1]).toBe(secret_keys);
  });

  it('sets what a trial needs in .env, once, and leaves alone what is set there', async () => {
    writeFileSync(join(folder, '.env'), 'RETRY_DELAYS=1m,2m');
    for (const _ of ['first', 'second']) await run(script('make-secrets.sh'), ['--try', 'e-invoice@example.com'], { env: env() });
    expect(readFileSync(join(folder, '.env'), 'utf8').trim().split('\n')).toEqual([
      'RETRY_DELAYS=1m,2m',
      'PLATFORM_FROM_ADDRESS=e-invoice@example.com',
      'COMPOSE_PROFILES=mailbox',
      expect.stringMatching(/^SMTP_ALLOWED_NETWORKS=/),
    ]);
  });

  it('gives Redis the hashes of the passwords only', async () => {
    await run(script('make-secrets.sh'), ['--try', 'e-invoice@example.com'], { env: env() });
    const { redis_acl = '', ...others } = contents();
    const urls = Object.entries(others).filter(([name]) => name.endsWith('_redis_url'));
    expect(urls).toHaveLength(4);
    for (const [, url] of urls) expect(redis_acl).not.toContain(new URL(url.trim()).password);
    expect(redis_acl).not.toContain('%');
    expect(redis_acl.trim().split('\n')).toHaveLength(5);
  });

  it('keeps the key of the authority from everybody else on the machine', async () => {
    await run(script('make-secrets.sh'), ['--try', 'e-invoice@example.com'], { env: env() });
    expect(statSync(join(folder, 'secrets', 'ca_key')).mode & 0o777).toBe(0o400);
  });
});

describe('a checkout made under a umask of 077', () => {
  it('lets the containers read what docker-compose.yml mounts of it, once make-secrets.sh has run', async () => {
    const checkout = join(folder, 'checkout');
    for (const each of ['docker', 'deploy'])
      cpSync(join(workspaceRoot, each), join(checkout, each), { recursive: true, filter: (path) => basename(path) !== 'secrets' });
    writeFileSync(join(checkout, 'docker', 'authorities', 'brought.pem'), '');
    await run('chmod', ['-R', 'go-rwx', checkout]);
    const env = { ...process.env, SECRETS_DIR: join(folder, 'secrets'), ENV_FILE: join(folder, '.env') };
    await run(join(checkout, 'docker', 'make-secrets.sh'), ['--try', 'e-invoice@example.com'], { env });
    const compose = readFileSync(join(workspaceRoot, 'docker-compose.yml'), 'utf8');
    const mounted = new Set([...compose.matchAll(/\.\/((?:docker|deploy)\/[^:\s]+):\//g)].map((match) => match[1] ?? ''));
    expect(mounted.size).toBeGreaterThanOrEqual(5);
    const all = [...mounted].flatMap((path) => {
      const below = statSync(join(checkout, path)).isDirectory()
        ? readdirSync(join(checkout, path), { recursive: true, encoding: 'utf8' })
        : [];
      return [path, ...below.map((name) => join(path, name))];
    });
    const isOpen = (path: string): boolean => {
      const found = statSync(join(checkout, path));
      const wanted = found.isDirectory() ? 0o005 : 0o004;
      return (found.mode & wanted) === wanted;
    };
    expect(all.filter((path) => !isOpen(path))).toEqual([]);
  });
});

describe('docker/start-dispatcher.sh', () => {
  const started: ChildProcess[] = [];
  afterEach(() => started.splice(0).forEach((child) => child.kill('SIGKILL')));

  /** Starts the script with a stand-in for the dispatcher that prints its journal's folder and waits to be killed. */
  async function startDispatcher(): Promise<{ journal: string; kill: () => Promise<void> }> {
    const bin = join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'node'), '#!/bin/sh\necho "$RESULT_JOURNAL_DIR"\nexec sleep 60\n');
    chmodSync(join(bin, 'node'), 0o755);
    const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}`, RESULT_JOURNAL_DIR: join(folder, 'journal') };
    const child = spawn('sh', [script('start-dispatcher.sh')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    started.push(child);
    const [printed] = (await once(child.stdout, 'data')) as [Buffer];
    const kill = async (): Promise<void> => {
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
    };
    return { journal: printed.toString().trim(), kill };
  }

  it('gives each dispatcher a journal of its own', async () => {
    const journals = [await startDispatcher(), await startDispatcher(), await startDispatcher()].map(({ journal }) => journal);
    expect(journals).toEqual([1, 2, 3].map((number) => join(folder, 'journal', String(number))));
  });

  it('gives the journal of a killed dispatcher to the one that takes its place', async () => {
    const [first] = [await startDispatcher(), await startDispatcher()];
    await first.kill();
    expect((await startDispatcher()).journal).toBe(first.journal);
  });
});

describe('docker/pin-images.sh', () => {
  /** Runs pin-images.sh with a stand-in for Docker's client, because the real one asks a registry. */
  const pin = (answer: string) => {
    writeFileSync(join(folder, 'docker'), `#!/bin/sh\necho "$@" >>"${folder}/asked"\necho ${answer}\n`, { mode: 0o755 });
    const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}`, ENV_FILE: join(folder, '.env') };
    return run(script('pin-images.sh'), [], { env });
  };
  const digest = `sha256:${'ab'.repeat(32)}`;

  it('writes for each image of docker-compose.yml what the registry has now, and takes the place of what was there', async () => {
    writeFileSync(join(folder, '.env'), 'REDIS_IMAGE=redis:7@sha256:old\nLOG_LEVEL=warn');
    await pin(digest);
    const lines = readFileSync(join(folder, '.env'), 'utf8').trim().split('\n');
    const compose = readFileSync(join(workspaceRoot, 'docker-compose.yml'), 'utf8');
    const images = new Map([...compose.matchAll(/\$\{(\w+_IMAGE):-([^}]+)\}/g)].map((match) => [match[1], match[2]]));
    expect(lines.sort()).toEqual(['LOG_LEVEL=warn', ...[...images].map(([name, image]) => `${name}=${image}@${digest}`)].sort());
    expect(images.size).toBe(7);
  });

  it('changes nothing when the registry says something else', async () => {
    await expect(pin('no such manifest')).rejects.toMatchObject({ code: 1 });
    expect(readdirSync(folder)).not.toContain('.env');
  });
});
