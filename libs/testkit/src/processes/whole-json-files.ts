import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Returns the names of the JSON files in a folder that are written completely; none if the folder does not exist. A file appears before its
 * content does, and if its writer is killed between the two, the file stays empty or incomplete.
 */
export async function wholeJsonFiles(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
  const whole = await Promise.all(names.map((name) => isWhole(path.join(folder, name))));
  return names.filter((_name, index) => whole[index]);
}

async function isWhole(file: string): Promise<boolean> {
  try {
    JSON.parse(await readFile(file, 'utf8'));
    return true;
  } catch {
    return false; // half written, or gone meanwhile
  }
}
