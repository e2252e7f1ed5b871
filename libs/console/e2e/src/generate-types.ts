// Writes the API descriptions of the three services as the types of the clients in libs/contracts: `npm run api-types`.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SERVICES, startSystem } from './system.js';

const CLI = join(require.resolve('openapi-typescript'), '..', '..', 'bin', 'cli.js');
const FOLDER = join(__dirname, '..', '..', '..', 'contracts', 'src', 'http-client', 'generated');

async function main(): Promise<void> {
  const system = await startSystem();
  try {
    for (const name of SERVICES) {
      await promisify(execFile)(process.execPath, [CLI, `${system.urls[name]}/openapi.json`, '-o', join(FOLDER, `${name}.ts`)]);
      console.log(name);
    }
  } finally {
    await system.stop();
  }
}

void main();
