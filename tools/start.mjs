// `npm start`: the part that runs before anything is installed or built. The rest is in tools/src/start.ts.
import { endWithHelp } from './help.mjs';
import { prepareCheckout } from './prepare-checkout.mjs';
import { explainFailure, step } from './steps.mjs';
import { provideSystemPrograms } from './system-programs.mjs';

const since = Date.now();
endWithHelp('start', process.argv.slice(2));
try {
  // With --watch the page is served from its sources.
  await prepareCheckout({ withPage: !process.argv.includes('--watch') });
  if (!process.env.REDIS_URL) await provideSystemPrograms(['redis-server']);
  const { readStartOptions, start } = await import('./dist/start.js');
  const reason = await start(readStartOptions(process.argv.slice(2)), step, since);
  console.log(`Ended (${reason}).`);
  process.exit(0);
} catch (error) {
  explainFailure(error);
  process.exit(1);
}
