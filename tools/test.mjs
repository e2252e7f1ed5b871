// `npm test`: every test but those of `npm run ops-tests`. Arguments (paths, Jest's flags) narrow it down.
import { endWithHelp } from './help.mjs';
import { runTests } from './run-tests.mjs';
import { NEEDED_BY_TESTS } from './system-programs.mjs';

endWithHelp('test', process.argv.slice(2));
// Three at a time: each spec file may run servers of its own, and waits for them half of its time.
await runTests('test-results.json', NEEDED_BY_TESTS, ['--maxWorkers=3', ...process.argv.slice(2)]);
