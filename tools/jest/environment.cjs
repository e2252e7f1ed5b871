// Runs tests in Node's own global scope, so that packages that Node itself loaded (runtime.cjs) recognise their Date and Error objects as
// instances of the same classes.
const { AsyncLocalStorage } = require('node:async_hooks');
const { TestEnvironment: NodeEnvironment } = require('jest-environment-node');
const { LegacyFakeTimers, ModernFakeTimers } = require('@jest/fake-timers');

// Before version 24, Node visits every AsyncLocalStorage that was ever used at each promise. Each test file loads our modules and Jest's
// own again and so uses new storages: the longer a Jest process had run, the slower it was. Storages that a test file used are disabled at
// its end; one that is used again is enabled again.
const used = new Set();
const enable = AsyncLocalStorage.prototype._enable;
if (enable !== undefined)
  AsyncLocalStorage.prototype._enable = function () {
    used.add(this);
    return enable.call(this);
  };

/** Restores, after each test file, what it may leave behind in the process. */
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
