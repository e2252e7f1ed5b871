import { writeFile } from 'node:fs/promises';
import path from 'node:path';

/** A message whose subject begins with this kills every process that composes it and has loaded the module of `writePoison`. */
export const POISON = 'Poison';
/** A message whose subject begins with this kills only services (`main.js`) that compose it, and no process that composes it as a check. */
export const POISON_OF_SERVICES = 'Slow poison';

/** Writes a module for `node --require` that kills the process while such a message is written, as the kernel does when memory runs out. */
export async function writePoison(folder: string): Promise<string> {
  const file = path.join(folder, 'poison.cjs');
  await writeFile(
    file,
    `const write = Buffer.prototype.write;
     // A thread has other arguments than its process, but inherits the environment.
     if (require('node:worker_threads').isMainThread) process.env.POISONED_PROGRAM = process.argv[1] ?? '';
     const isService = /main\\.js$/.test(process.env.POISONED_PROGRAM);
     Buffer.prototype.write = function (text, ...rest) {
       const line = String(text);
       if (line.includes('Subject: ${POISON}') || (isService && line.includes('Subject: ${POISON_OF_SERVICES}'))) process.kill(process.pid, 'SIGKILL');
       return write.call(this, text, ...rest);
     };`,
  );
  return file;
}
