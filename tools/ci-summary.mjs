// The end of .ci/run: prints the first lines of each test failure and the counts, taken from what the test runners reported.
// Usage: node tools/ci-summary.mjs <exit code of the tests> <check=passed|failed>…
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const [testsExitCode, ...checks] = process.argv.slice(2);
// The results of `npm test` and of `npm run ops-tests`.
const results = ['.data/test-results.json', '.data/ops-test-results.json'].filter((file) => existsSync(file));

const reports = results.map((file) => JSON.parse(readFileSync(file, 'utf8')));
const counts = reports.map(countTests);
const sumOf = (kind) => counts.reduce((sum, count) => sum + count[kind], 0);
const tests = { passed: sumOf('passed'), failed: sumOf('failed'), skipped: sumOf('skipped') };
// The runner may fail although no test did: it could not start, leaked, or found no tests.
if (testsExitCode !== '0' && tests.failed === 0) tests.failed = 1;
const failedChecks = checks.filter((check) => check.endsWith('=failed'));

for (const failure of reports.flatMap((report) => [...failuresIn(report)])) console.log(failure);
console.log(
  `tests: ${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped; checks: ${checks.join(', ').replaceAll('=', ' ')}`,
);
console.log(`${tests.passed + checks.length - failedChecks.length} passed, ${tests.failed + failedChecks.length} failed`);
process.exitCode = tests.failed + failedChecks.length === 0 ? 0 : 1;

/** Counts a spec file that could not be loaded as one failed test, because its own tests are unknown. */
function countTests({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites }) {
  return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites, skipped: numPendingTests + numTodoTests };
}

/** Yields each failure. They are shown again at the end because the output is long, and a later reader may have only its end. */
function* failuresIn({ testResults = [] }) {
  for (const { name, message, assertionResults } of testResults) {
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    const file = relative(process.cwd(), name);
    for (const { fullName, failureMessages } of failed) yield `✗ ${file}: ${fullName}\n${beginningOf(failureMessages.join('\n'))}`;
    if (assertionResults.length === 0 && message) yield `✗ ${file}\n${beginningOf(message)}`;
  }
}

function beginningOf(message) {
  return stripVTControlCharacters(message)
    .split('\n')
    .slice(0, 30)
    .map((line) => `    ${line}`)
    .join('\n');
}
