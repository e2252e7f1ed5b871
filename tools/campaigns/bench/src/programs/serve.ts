// Makes a process of the bench answer calls by name over the channel to the process that forked it.

export type Calls = Record<string, (...args: never[]) => unknown>;
export type Call = { id: number; name: string; args: unknown[] };
export type Answer = { id: number; result?: unknown; error?: string };

/** Answers these calls until the parent is gone. */
export function serve(calls: Calls): void {
  process.on('message', (call: Call) => void answer(calls, call));
  process.once('disconnect', () => process.exit());
}

async function answer(calls: Calls, { id, name, args }: Call): Promise<void> {
  const said: Answer = { id };
  try {
    const call = calls[name] as ((...args: unknown[]) => unknown) | undefined;
    if (call === undefined) throw new Error(`nothing here is called ${name}`);
    said.result = await call(...args);
  } catch (error) {
    said.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  process.send?.(said);
}
