// What a change touches is tested first, so that CI says soon what is wrong; everything else follows, each part in the order that Jest would take.
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { default: TestSequencer } = require('@jest/test-sequencer');

const root = path.join(__dirname, '..', '..');
const run = (program, ...args) => execFileSync(program, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

/** Folders of the projects that differ from `base` or import one that does. None where that can't be said: then nothing goes first. */
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
