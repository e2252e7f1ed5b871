// Jest loads every package again for each test file, which took more than half of the time of all tests. With this runtime,
// Node loads a package once for each Jest process, as it does for the services. Only this repository's own files are run again,
// and those are compiled only once.
const { createRequire } = require('node:module');
const { Script } = require('node:vm');
const { default: JestRuntime } = require('jest-runtime');

/**
 * What is loaded again for each test file: our own files, and prom-client, whose registry would reject a second metric of the same name.
 */
const ANEW = /^(\.|\/|@billing-mail\/|prom-client$|@jest\/globals$|node:)/;

/** Compiled files by name: the source, and the script that creates the module's function. */
const compiled = new Map();

function compileOnce(source, filename, parameters) {
  const known = compiled.get(filename);
  if (known?.source === source) return known.script.runInThisContext();
  // The wrapper is on the same line as the first line of the source, so that line numbers in stack traces are those of the file.
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
