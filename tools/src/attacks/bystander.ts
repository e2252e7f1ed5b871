// How long services need to say that they live, asked all the time by a process of its own: that of the attacks is busy with sending.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { workspaceRoot } from '../workspace.js';

const PROGRAM = join(workspaceRoot, 'tools', 'dist', 'attacks', 'health-watch.program.js');

/** Watches until `end`, which tells the longest time that an answer took, in milliseconds. */
export async function watchHealth(urls: readonly string[]): Promise<{ end(): Promise<number> }> {
  const child = fork(PROGRAM, [...urls]);
  await new Promise((resolve) => child.once('message', resolve));
  return {
    end: () =>
      new Promise((resolve, reject) => {
        child.once('message', (longestMs) => resolve(Number(longestMs)));
        child.once('error', reject);
        child.send('end');
      }),
  };
}
