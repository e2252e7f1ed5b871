import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServerProcess } from '@billing-mail/testkit';
import { PidFiles } from './pid-files.js';
import { Supervisor, type Supervised } from './supervisor.js';

describe('Supervisor', () => {
  let folder: string;
  let told: string[];
  let supervisor: Supervisor;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'supervisor-'));
    told = [];
    supervisor = new Supervisor(new PidFiles(folder), (line) => told.push(line));
  });

  afterEach(async () => {
    await supervisor.endAll();
    rmSync(folder, { recursive: true });
  });

  /** A process that is ready at once and, when it ends, adds its name to `ends`. */
  const process = (name: string, kind: Supervised['kind'], ends: string[] = []): Supervised => ({
    name,
    kind,
    endSignal: 'SIGTERM',
    endWithinMs: 5000,
    start: () =>
      startServerProcess({
        command: 'sh',
        args: ['-c', `trap 'echo ${name} ends; exit' TERM; echo ready; while :; do sleep 0.05; done`],
        ready: /ready/,
        readyWithinMs: 60_000,
        deathSignal: 'KILL',
        onOutput: (text) => ends.push(...(/\w+ ends/.exec(text) ?? [])),
      }),
  });

  it('starts again what was killed, and says so', async () => {
    await supervisor.keep(process('redis', 'server'));
    const first = supervisor.pidOf('redis');
    const back = new Promise<void>((resolve) => (supervisor.onRestart = resolve));
    globalThis.process.kill(first, 'SIGKILL');
    await back;
    const second = supervisor.pidOf('redis');
    expect(second).not.toBe(first);
    expect(told).toEqual([`redis (process ${first}) ended; starting it again`, `redis is back as process ${second}`]);
  });

  it('ends services before the servers that they use, and forgets their process ids', async () => {
    const ends: string[] = [];
    await supervisor.keep(process('postgres', 'server', ends));
    await supervisor.keep(process('dispatcher', 'service', ends));
    expect(readdirSync(folder).sort()).toEqual(['dispatcher.json', 'postgres.json']);
    await supervisor.endAll();
    expect(ends).toEqual(['dispatcher ends', 'postgres ends']);
    expect(readdirSync(folder)).toEqual([]);
    expect(told).toEqual([]);
  });
});
