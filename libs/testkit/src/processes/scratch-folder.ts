// Folders for the data of servers that live for one spec file, and the removal of those whose process was killed.
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';

/** The folder of the checkout, found upwards from here: it is the one with nx.json. */
export function findWorkspaceRoot(from = __dirname): string {
  if (existsSync(join(from, 'nx.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('no nx.json above this file: the testkit runs inside its own checkout only');
  return findWorkspaceRoot(parent);
}

/** Below `.data/test`, ignored by git. */
export async function testDataFolder(): Promise<string> {
  const folder = join(findWorkspaceRoot(), '.data', 'test');
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Path of a folder not yet made, whose name carries our process id. Folders of the same kind left by dead processes are removed. */
export async function newScratchFolder(kind: string): Promise<string> {
  const parent = await testDataFolder();
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
