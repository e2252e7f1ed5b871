import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from './workspace.js';

/**
 * Returns the path of libfaketime for multi-threaded processes, or `null`. It is preloaded directly, because the program `faketime` refers
 * to it by an absolute path, which is wrong if it was unpacked into the data folder.
 */
export function findFaketimeLibrary(): string | null {
  const roots = ['/', join(workspaceRoot, '.data', 'programs', 'root')].map((root) => join(root, 'usr', 'lib')).filter(existsSync);
  const architectures = roots.flatMap((lib) => readdirSync(lib).map((name) => join(lib, name)));
  return architectures.map((folder) => join(folder, 'faketime', 'libfaketimeMT.so.1')).find((path) => existsSync(path)) ?? null;
}
