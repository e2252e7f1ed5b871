const LOOK_EVERY_MS = 1000;

/**
 * Resolves with the reason when somebody wants us to end: Ctrl-C, SIGTERM, SIGHUP, or the npm that started us died without a word.
 */
export function askedToEnd(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
    const parent = process.ppid;
    // Started by hand in the background we may outlive our shell; started by npm we may not.
    const mayOutliveParent = process.env['npm_lifecycle_event'] === undefined;
    // The timer also keeps this process alive: neither waiting for a signal nor the servers that we started do.
    const timer = setInterval(() => {
      if (mayOutliveParent || process.ppid === parent) return;
      clearInterval(timer);
      resolve('npm is gone');
    }, LOOK_EVERY_MS);
  });
}
