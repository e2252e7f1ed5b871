const LOOK_EVERY_MS = 1000;

/** Resolves with the reason when we are asked to end: Ctrl-C, SIGTERM, SIGHUP, or the npm process that started us is gone. */
export function askedToEnd(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
    const parent = process.ppid;
    // A process started by hand in the background may outlive its shell; one started by npm must not outlive npm.
    const mayOutliveParent = process.env['npm_lifecycle_event'] === undefined;
    // The timer also keeps this process alive: neither waiting for a signal nor the servers that we started do.
    const timer = setInterval(() => {
      if (mayOutliveParent || process.ppid === parent) return;
      clearInterval(timer);
      resolve('npm is gone');
    }, LOOK_EVERY_MS);
  });
}
