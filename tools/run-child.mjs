import { spawn } from 'node:child_process';
import { workspaceRoot } from './workspace.mjs';

/**
 * Runs a Node.js program as this command's own work and takes over its exit code. Ending the command ends the program: on a terminal Ctrl-C reaches
 * both, but a supervisor ends only one process.
 */
export function runChild(args) {
  const end = new AbortController();
  // Before the program runs, so that there is no moment in which its end would be lost.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end.abort(signal));
  const child = spawn(process.execPath, args, { cwd: workspaceRoot, stdio: 'inherit', signal: end.signal });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => error.name !== 'AbortError' && reject(error));
    child.once('close', (code) => resolve(code ?? 1));
  });
}
