import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder } from '../workspace.js';

/** Where the output of a process is kept. */
export const logFileOf = (name: string): string => join(dataFolder(), 'logs', `${name}.log`);

/** A function that appends to that file. */
export function logTo(name: string): (text: string) => void {
  const file = logFileOf(name);
  mkdirSync(join(dataFolder(), 'logs'), { recursive: true });
  return (text) => appendFileSync(file, text);
}
