// `npm run ops-tests`: runs the tests in every folder named `operations`: failovers and restarts of real servers under load, and hours of
// sending in minutes. They take longer than a test of `npm test` may. Arguments (paths, Jest's flags) select some of them.
import { endWithHelp } from './help.mjs';
import { runTests } from './run-tests.mjs';
import { NEEDED_BY_OPS_TESTS } from './system-programs.mjs';

const args = process.argv.slice(2);
endWithHelp('ops-tests', args);
const paths = args.some((arg) => !arg.startsWith('-')) ? [] : ['/operations/'];
// One spec file at a time, because each has servers, services and load of its own. The last flag overrides what jest.config.cjs excludes
// for `npm test`. It must come last: Jest would take paths after it for more of its patterns.
const flags = ['--maxWorkers=1', '--testPathIgnorePatterns=/node_modules/|/dist/'];
await runTests('ops-test-results.json', NEEDED_BY_OPS_TESTS, [...paths, ...args, ...flags]);
