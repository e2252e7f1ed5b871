import { runProgram } from '../http/start-http-service.js';

/** What a program of a service can do, by the word that asks for it. The answer is for the tool that puts the services' parts together. */
export type Operations = Record<string, (...args: string[]) => Promise<object | void>>;

/** Runs `program.js OPERATION [ARGUMENT…]` and prints what it came to as JSON. */
export function runOperation(program: string, operations: Operations): void {
  const [name = '', ...args] = process.argv.slice(2);
  void runProgram(program, async () => {
    const operation = operations[name];
    if (operation === undefined) throw new Error(`"${name}" is none of ${Object.keys(operations).join(', ')}`);
    process.stdout.write(`${JSON.stringify((await operation(...args)) ?? {})}\n`);
  });
}
