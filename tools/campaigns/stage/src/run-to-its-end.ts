/** Runs a command to its end: by its own exit code, with 1 and the error where it fails, or with 130 at a signal. */
export function runToItsEnd(main: () => Promise<unknown>): void {
  // So that what ends by itself with this process is ended in order, a mounted disk too.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  main().then(
    () => process.exit(),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}
