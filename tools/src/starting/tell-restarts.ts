/** Matches the last log line of each service's start. */
const LISTENS = /"msg":"(?:[\w-]+ is ready|listening)"/;

/**
 * Returns a function that reads what `node --watch` and a service print, and tells the developer that a change runs, or that the service
 * failed on it and waits for the next change.
 */
export function tellRestarts(name: string, logFile: string, tell: (line: string) => void): (text: string) => void {
  let restartedAt: number | null = null;
  return (text) => {
    if (/^Restarting /m.test(text)) restartedAt = Date.now();
    if (restartedAt !== null && LISTENS.test(text)) {
      tell(`${name} runs the change (${((Date.now() - restartedAt) / 1000).toFixed(1)} s)`);
      restartedAt = null;
    }
    if (/^Failed running /m.test(text)) tell(`${name} ended, and starts again with the next change; why is in ${logFile}`);
  };
}
