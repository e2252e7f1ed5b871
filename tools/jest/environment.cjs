// Tests run in Node's own global scope, so that a package that Node itself loaded (runtime.cjs) knows their Dates and Errors as its own.
const { AsyncLocalStorage } = require('node:async_hooks');
const { TestEnvironment: NodeEnvironment } = require('jest-environment-node');
const { LegacyFakeTimers, ModernFakeTimers } = require('@jest/fake-timers');

// Node before 24 visits every storage that was ever used at each promise, and each file of tests, which loads our modules and Jest's own anew, used
// new ones: the longer a process of Jest had run, the slower it was. What a file used is given up at its end; a storage that is used again comes back.
const used = new Set();
const enable = AsyncLocalStorage.prototype._enable;
if (enable !== undefined)
  AsyncLocalStorage.prototype._enable = function () {
    used.add(this);
    return enable.call(this);
  };

/** What a file of tests may leave behind in the process is put back before the next one. */
class OneScopeEnvironment extends NodeEnvironment {
  constructor(config, context) {
    super(config, context);
    const { projectConfig } = config;
    this.global = globalThis;
    const timerConfig = { idToRef: (id) => id, refToId: (timer) => timer };
    this.fakeTimers = new LegacyFakeTimers({ config: projectConfig, global: globalThis, moduleMocker: this.moduleMocker, timerConfig });
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
    this.env = { ...process.env };
    this.listeners = new Map(process.eventNames().map((name) => [name, process.rawListeners(name)]));
    this.cwd = process.cwd();
  }

  async teardown() {
    await super.teardown();
    for (const name of Object.keys(process.env)) if (!(name in this.env)) delete process.env[name];
    Object.assign(process.env, this.env);
    for (const name of process.eventNames())
      for (const listener of process.rawListeners(name))
        if (!this.listeners.get(name)?.includes(listener)) process.removeListener(name, listener);
    if (process.cwd() !== this.cwd) process.chdir(this.cwd);
    for (const storage of used) storage.disable();
    used.clear();
  }
}

module.exports = OneScopeEnvironment;
