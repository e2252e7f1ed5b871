/** Runs a command to its end. The exit code is the command's own, 1 with the error printed if it fails, or 130 after a signal. */
export function runToItsEnd(main: () => Promise<unknown>): void {
  // An orderly exit on a signal runs the exit handlers, which for example unmount disks.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  main().then(
    () => process.exit(),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}
