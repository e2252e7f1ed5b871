// `npm run ops-tests`: failovers and restarts of real servers under load, and hours of sending in minutes, which take longer than a test of `npm test`
// may: every folder named `operations`. Arguments (paths, Jest's flags) narrow it down.
import { endWithHelp } from './help.mjs';
import { runTests } from './run-tests.mjs';
import { NEEDED_BY_OPS_TESTS } from './system-programs.mjs';

const args = process.argv.slice(2);
endWithHelp('ops-tests', args);
const paths = args.some((arg) => !arg.startsWith('-')) ? [] : ['/operations/'];
// One at a time: each has servers, services and load of its own. What jest.config.cjs leaves out for `npm test` is what is wanted here, and said last:
// Jest would take paths that come after it for more of its patterns.
const flags = ['--maxWorkers=1', '--testPathIgnorePatterns=/node_modules/|/dist/'];
await runTests('ops-test-results.json', NEEDED_BY_OPS_TESTS, [...paths, ...args, ...flags]);
