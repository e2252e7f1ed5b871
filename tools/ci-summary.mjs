// The end of .ci/run: each test that failed with the first lines of why, and the counts, all from what the runners themselves reported.
// Usage: node tools/ci-summary.mjs <exit code of the tests> <check=passed|failed>…
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const [testsExitCode, ...checks] = process.argv.slice(2);
// Of `npm test` and of `npm run ops-tests`.
const results = ['.data/test-results.json', '.data/ops-test-results.json'].filter((file) => existsSync(file));

const reports = results.map((file) => JSON.parse(readFileSync(file, 'utf8')));
const counts = reports.map(countTests);
const sumOf = (kind) => counts.reduce((sum, count) => sum + count[kind], 0);
const tests = { passed: sumOf('passed'), failed: sumOf('failed'), skipped: sumOf('skipped') };
// The runner may fail although no test did: it could not start, or leaked, or found nothing.
if (testsExitCode !== '0' && tests.failed === 0) tests.failed = 1;
const failedChecks = checks.filter((check) => check.endsWith('=failed'));

for (const failure of reports.flatMap((report) => [...failuresIn(report)])) console.log(failure);
console.log(
  `tests: ${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped; checks: ${checks.join(', ').replaceAll('=', ' ')}`,
);
console.log(`${tests.passed + checks.length - failedChecks.length} passed, ${tests.failed + failedChecks.length} failed`);
process.exitCode = tests.failed + failedChecks.length === 0 ? 0 : 1;

/** A spec file that could not be loaded has no test to count, so it counts as one that failed. */
function countTests({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites }) {
  return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites, skipped: numPendingTests + numTodoTests };
}

/** Shown again at the end, because the output is long, and a later reader may have only its end. */
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
