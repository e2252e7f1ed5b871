import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder } from '../workspace.js';

/** Returns the path of the log file for a process's output. */
export const logFileOf = (name: string): string => join(dataFolder(), 'logs', `${name}.log`);

/** Returns a function that appends to that file. */
export function logTo(name: string): (text: string) => void {
  const file = logFileOf(name);
  mkdirSync(join(dataFolder(), 'logs'), { recursive: true });
  return (text) => appendFileSync(file, text);
}
