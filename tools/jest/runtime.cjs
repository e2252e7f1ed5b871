// Jest loads every package anew for each file of tests, which was more than half of the time of all tests. Here Node loads a package once for each
// of Jest's processes, as it does for the services; only this repository's own files are loaded anew.
const { createRequire } = require('node:module');
const { compileFunction } = require('node:vm');
const { default: JestRuntime } = require('jest-runtime');

/** What is loaded anew: our own files, and the registry of metrics, which knows each metric of theirs by its name. */
const ANEW = /^(\.|\/|@billing-mail\/|prom-client$|@jest\/globals$|node:)/;

class OncePackageRuntime extends JestRuntime {
  constructor(...args) {
    super(...args);
    const { executor } = this.cjsLoader;
    executor.compile = (source, filename) => compileFunction(source, executor.injectedModuleParameters, { filename });
  }

  requireModuleOrMock(from, name) {
    return ANEW.test(name) ? super.requireModuleOrMock(from, name) : createRequire(from)(name);
  }
}

module.exports = OncePackageRuntime;
