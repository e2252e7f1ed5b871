import { runProgram } from '../http/start-http-service.js';

/**
 * The operations of a service's program, by their name on the command line. The results are for the tool that combines those of all
 * services.
 */
export type Operations = Record<string, (...args: string[]) => Promise<object | void>>;

/** Runs `program.js OPERATION [ARGUMENT…]` and prints the result as JSON. */
export function runOperation(program: string, operations: Operations): void {
  const [name = '', ...args] = process.argv.slice(2);
  void runProgram(program, async () => {
    const operation = operations[name];
    if (operation === undefined) throw new Error(`"${name}" is none of ${Object.keys(operations).join(', ')}`);
    process.stdout.write(`${JSON.stringify((await operation(...args)) ?? {})}\n`);
  });
}
