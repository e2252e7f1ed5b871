// Runs the tests of the affected projects first, so that CI soon shows what is wrong. Everything else follows. Within each
// part Jest's usual order is kept.
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { default: TestSequencer } = require('@jest/test-sequencer');

const root = path.join(__dirname, '..', '..');
const run = (program, ...args) => execFileSync(program, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

/**
 * Returns the folders of the projects that differ from `base` or import one that does. Empty if that cannot be
 * determined; then no test is preferred.
 */
function affectedFolders(base) {
  try {
    const since = run('git', 'merge-base', 'HEAD', base);
    const nx = path.join(root, 'node_modules', 'nx', 'dist', 'bin', 'nx.js');
    const names = JSON.parse(run(process.execPath, nx, 'show', 'projects', '--affected', `--base=${since}`, '--json'));
    const projects = run('git', 'ls-files', '*/project.json')
      .split('\n')
      .map((file) => path.join(root, file));
    return projects.filter((file) => names.includes(require(file).name)).map((file) => path.dirname(file) + path.sep);
  } catch {
    return [];
  }
}

class AffectedFirst extends TestSequencer {
  sort(tests) {
    const folders = affectedFolders(process.env.AFFECTED_SINCE);
    const isAffected = (test) => folders.some((folder) => test.path.startsWith(folder));
    return [...super.sort(tests.filter(isAffected)), ...super.sort(tests.filter((test) => !isAffected(test)))];
  }
}

module.exports = AffectedFirst;
