// `npm run token -- acme-admin`: prints a token for the services that `npm start` runs here, to put into a header or a
// file. Nothing else is printed.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { endWithHelp } from './help.mjs';
import { orExplain, StepError } from './steps.mjs';
import { workspaceRoot } from './workspace.mjs';

const args = process.argv.slice(2);
endWithHelp('token', args);
await orExplain(async () => {
  const tokens = tokensHere();
  const [name = ''] = args;
  const cure = `npm run --silent token -- NAME, which is one of ${Object.keys(tokens).join(', ')}`;
  if (!Object.hasOwn(tokens, name)) throw new StepError(name === '' ? 'Whose token?' : `"${name}" has none.`, cure);
  console.log(tokens[name]);
});

/** Reads the current tokens, which `npm start` renews in time. */
function tokensHere() {
  try {
    return JSON.parse(readFileSync(join(resolve(workspaceRoot, process.env.DATA_DIR ?? '.data'), 'start.json'), 'utf8')).tokens;
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    throw new StepError('Billing Mail is not running here.', 'npm start, in another terminal; then ask again.');
  }
}
