import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PidFiles } from './pid-files.js';

describe('PidFiles', () => {
  let folder: string;
  let child: ChildProcess;
  const pid = (): number => child.pid ?? -1;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pid-files-'));
    child = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(child, 'spawn');
  });

  afterEach(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it('ends what an earlier start noted', async () => {
    new PidFiles(folder).note('redis', pid(), 'SIGTERM');
    const ended = once(child, 'exit');
    expect(await new PidFiles(folder).endAll()).toEqual(['redis']);
    expect(await ended).toEqual([null, 'SIGTERM']);
    expect(new PidFiles(folder).hasAny()).toBe(false);
  });

  it('leaves a process alone that only got the number of one that was noted', async () => {
    const files = new PidFiles(folder);
    files.note('redis', pid(), 'SIGTERM');
    const file = join(folder, 'redis.json');
    const note = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...note, startedAt: '1' }));
    expect(files.runningPid('redis')).toBeNull();
    expect(await files.endAll()).toEqual([]);
    expect(child.exitCode).toBeNull();
  });

  it('tells that a noted process runs until it has ended', async () => {
    const files = new PidFiles(folder);
    files.note('start', pid(), 'SIGTERM');
    expect(files.runningPid('start')).toBe(pid());
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(files.runningPid('start')).toBeNull();
  });
});
