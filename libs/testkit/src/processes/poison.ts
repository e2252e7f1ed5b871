import { writeFile } from 'node:fs/promises';
import path from 'node:path';

/** In a subject: the message kills whoever composes it, once `writePoison` is loaded there. */
export const POISON = 'Poison';
/** In a subject: it kills only a program that sends it, and none that composes it to see whether it can be. */
export const POISON_OF_SERVICES = 'Slow poison';

/** Writes a module for `node --require` that ends the process, as the kernel does when memory runs out, while such a message is written. */
export async function writePoison(folder: string): Promise<string> {
  const file = path.join(folder, 'poison.cjs');
  await writeFile(
    file,
    `const write = Buffer.prototype.write;
     const isService = /main\\.js$/.test(process.argv[1] ?? '');
     Buffer.prototype.write = function (text, ...rest) {
       const line = String(text);
       if (line.includes('Subject: ${POISON}') || (isService && line.includes('Subject: ${POISON_OF_SERVICES}'))) process.kill(process.pid, 'SIGKILL');
       return write.call(this, text, ...rest);
     };`,
  );
  return file;
}
