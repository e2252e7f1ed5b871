import { dirname, join, resolve } from 'node:path';

/** The folder of the checkout: this file runs as tools/dist/workspace.js, in tests as tools/src/workspace.ts. */
export const workspaceRoot = dirname(dirname(__dirname));

/** Where everything that a start makes is kept, ignored by git. DATA_DIR is read relative to the checkout. */
export function dataFolder(): string {
  return resolve(workspaceRoot, process.env['DATA_DIR'] ?? '.data');
}

/** Describes what runs: addresses, tokens, process ids; only there while it runs. */
export const startFile = (): string => join(dataFolder(), 'start.json');
