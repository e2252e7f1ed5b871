// `npm test`: runs every test except those of `npm run ops-tests`. Arguments (paths, Jest's flags) select some of them.
import { endWithHelp } from './help.mjs';
import { runTests } from './run-tests.mjs';
import { NEEDED_BY_TESTS } from './system-programs.mjs';

endWithHelp('test', process.argv.slice(2));
// Three at a time: each spec file may start servers of its own, and waits for them for half of its time.
await runTests('test-results.json', NEEDED_BY_TESTS, ['--maxWorkers=3', ...process.argv.slice(2)]);
