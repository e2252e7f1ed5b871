// Jest loads every package anew for each file of tests, which was more than half of the time of all tests. Here Node loads a package once for each
// of Jest's processes, as it does for the services; only this repository's own files are run anew, and those are compiled once as well.
const { createRequire } = require('node:module');
const { Script } = require('node:vm');
const { default: JestRuntime } = require('jest-runtime');

/** What is loaded anew: our own files, and the registry of metrics, which knows each metric of theirs by its name. */
const ANEW = /^(\.|\/|@billing-mail\/|prom-client$|@jest\/globals$|node:)/;

/** What was compiled, by file: the source, and the script that makes its function. */
const compiled = new Map();

function compileOnce(source, filename, parameters) {
  const known = compiled.get(filename);
  if (known?.source === source) return known.script.runInThisContext();
  // On one line with the first of the source, so that a position in a stack is that of the file.
  const script = new Script(`(function (${parameters.join(', ')}) {${source}\n})`, { filename });
  compiled.set(filename, { source, script });
  return script.runInThisContext();
}

class OncePackageRuntime extends JestRuntime {
  constructor(...args) {
    super(...args);
    const { executor } = this.cjsLoader;
    executor.compile = (source, filename) => compileOnce(source, filename, executor.injectedModuleParameters);
  }

  requireModuleOrMock(from, name) {
    return ANEW.test(name) ? super.requireModuleOrMock(from, name) : createRequire(from)(name);
  }
}

module.exports = OncePackageRuntime;
