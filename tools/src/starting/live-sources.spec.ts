// Runs `npm run dev` on a copy of this checkout, changes files of the copy as an editor would, and checks that the changes take effect.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServerProcess, type ServerProcess } from '@billing-mail/testkit';
import { type StartFile } from '../start-file.js';
import { workspaceRoot } from '../workspace.js';

const WITHIN_MS = 240_000;

/** Copies the checkout, except for what is fetched or belongs to a run. */
function copyCheckout(to: string): void {
  const left = ['node_modules', '.data', '.git', '.nx', 'page'];
  cpSync(workspaceRoot, to, { recursive: true, preserveTimestamps: true, filter: (path) => !left.includes(basename(path)) });
  symlinkSync(join(workspaceRoot, 'node_modules'), join(to, 'node_modules'));
}

describe('npm run dev', () => {
  let checkout: string;
  let dev: ServerProcess;
  let said = '';
  let running: StartFile;

  beforeAll(async () => {
    checkout = mkdtempSync(join(tmpdir(), 'billing-mail-dev-'));
    copyCheckout(checkout);
    const DATA_DIR = join(checkout, '.data');
    mkdirSync(DATA_DIR);
    dev = await startServerProcess({
      command: process.execPath,
      args: [join(checkout, 'tools', 'start.mjs'), '--watch', '--no-samples'],
      env: { ...process.env, DATA_DIR, npm_lifecycle_event: undefined },
      ready: /Ready after/,
      readyWithinMs: WITHIN_MS,
      deathSignal: 'TERM',
      onOutput: (text) => (said += text),
    });
    running = JSON.parse(readFileSync(join(DATA_DIR, 'start.json'), 'utf8')) as StartFile;
  });

  afterAll(async () => {
    await dev?.end('SIGKILL');
    rmSync(checkout, { recursive: true, force: true });
  });

  const logOf = (service: string): string => readFileSync(join(checkout, '.data', 'logs', `${service}.log`), 'utf8');

  /** Saves the file with the change, and again each second as an impatient user would, until the change is visible. */
  async function change(file: string, from: string | RegExp, to: string, isSeen: () => boolean | Promise<boolean>): Promise<void> {
    const path = join(checkout, file);
    const changed = readFileSync(path, 'utf8').replace(from, to);
    for (const until = Date.now() + WITHIN_MS; !(await isSeen()); await sleep(1000)) {
      if (Date.now() > until) throw new Error(`the change of ${file} was not seen:\n${said}`);
      if (!said.includes(`! ${file}`)) writeFileSync(path, changed);
    }
  }
  const statusOf = async (path: string): Promise<number> => (await fetch(new URL(path, running.page))).status;

  it('starts a service again with a changed line, and leaves the others alone', async () => {
    const ofTests = join(checkout, 'apps', 'mail-dispatcher', 'src', 'testing', 'older-database.ts');
    writeFileSync(ofTests, `${readFileSync(ofTests, 'utf8')}\n`);
    await change('apps/mail-dispatcher/src/main.ts', "'mail-dispatcher is ready'", "'changed-dispatcher is ready'", () =>
      said.includes('! mail-dispatcher runs the change'),
    );
    expect(logOf('mail-dispatcher')).toContain('"msg":"changed-dispatcher is ready"');
    expect(logOf('settings-api')).not.toContain('Restarting');
    expect(said).not.toContain('older-database.ts');
  });

  it('goes on with what it has where a file is no TypeScript', async () => {
    await change('apps/settings-api/src/main.ts', /^/, 'const = ;', () => said.includes('! apps/settings-api/src/main.ts is not taken'));
    expect(await statusOf('/health/ready')).toBe(200);
  });

  it('shows a changed word of the page, with the services behind the same origin', async () => {
    const words = 'libs/console/src/words/en/page.ts';
    const isServed = async (): Promise<boolean> =>
      (await (await fetch(new URL('/src/words/en/page.ts', running.page))).text()).includes('Changed word');
    await change(words, "'Delivery log'", "'Changed word'", isServed);
    for (const path of ['/', '/teams/acme/settings/invoicing', '/console-config.json', '/docs', '/health/ready'])
      expect([path, await statusOf(path)]).toEqual([path, 200]);
    for (const service of ['dispatcher', 'notifications']) expect(await statusOf(`/api/${service}/health/ready`)).toBe(200);
    expect(await statusOf('/v1/teams/acme/email-delivery')).toBe(401);
  });

  it('says where a debugger finds each service', async () => {
    const ports = [...said.matchAll(/(?:settings-api|mail-dispatcher|notification-service) +127\.0\.0\.1:(\d+)/g)].map(([, port]) => port);
    expect(ports).toHaveLength(3);
    for (const port of ports) expect((await fetch(`http://127.0.0.1:${port}/json/version`)).status).toBe(200);
  });

  it('ends all that it started on Ctrl-C', async () => {
    await dev.end('SIGINT', WITHIN_MS);
    expect(said).toContain('Ended (SIGINT).');
    expect(readdirSync(join(checkout, '.data', 'run'))).toEqual([]);
  });
});
