import { dirname, join, resolve } from 'node:path';

/** The root folder of the checkout. This file runs as tools/dist/workspace.js, in tests as tools/src/workspace.ts. */
export const workspaceRoot = dirname(dirname(__dirname));

/** Returns the folder for everything that a start creates; git ignores it. DATA_DIR is relative to the checkout. */
export function dataFolder(): string {
  return resolve(workspaceRoot, process.env['DATA_DIR'] ?? '.data');
}

/** Returns the path of the file that describes what runs: URLs, tokens, process ids. It exists only while something runs. */
export const startFile = (): string => join(dataFolder(), 'start.json');
