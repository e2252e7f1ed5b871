// Makes folders for the data of servers that live for one spec file, and removes those whose process was killed.
import { randomBytes } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/**
 * Returns our own folder in the system's temporary folder: copying a cluster there was measured ten times faster than beside the sources.
 * @throws Error if the folder belongs to another user
 */
export function scratchRoot(): string {
  const folder = join(tmpdir(), `billing-mail-test-${userInfo().username}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Another user may have made a folder of that name first, and would then own the folder of our files.
  if (statSync(folder).uid !== userInfo().uid)
    throw new Error(`${folder} belongs to somebody else; cure: set TMPDIR to a folder of your own`);
  return folder;
}

/**
 * Returns the path of a folder that does not exist yet; its name has our process id. Removes folders of its kind that dead processes left.
 */
export async function newScratchFolder(kind: string): Promise<string> {
  const parent = scratchRoot();
  for (const name of await readdir(parent)) {
    const owner = new RegExp(`^${kind}-(\\d+)-[0-9a-f]+$`).exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) await rm(join(parent, name), { recursive: true, force: true });
  }
  return join(parent, `${kind}-${process.pid}-${randomBytes(6).toString('hex')}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
