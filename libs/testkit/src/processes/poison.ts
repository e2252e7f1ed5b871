import { writeFile } from 'node:fs/promises';
import path from 'node:path';

/** In a subject: the message kills whoever composes it, once `writePoison` is loaded there. */
export const POISON = 'Poison';

/** Writes a module for `node --require` that ends the process, as the kernel does when memory runs out, while such a message is written. */
export async function writePoison(folder: string): Promise<string> {
  const file = path.join(folder, 'poison.cjs');
  await writeFile(
    file,
    `const write = Buffer.prototype.write;
     Buffer.prototype.write = function (text, ...rest) {
       if (String(text).includes('Subject: ${POISON}')) process.kill(process.pid, 'SIGKILL');
       return write.call(this, text, ...rest);
     };`,
  );
  return file;
}
