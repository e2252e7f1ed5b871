import { spawn } from 'node:child_process';
import { workspaceRoot } from './workspace.mjs';

/**
 * Runs a program of Node.js as this command's own work, to its exit code. Whoever ends the command ends the program: on a terminal Ctrl-C reaches
 * both, but a supervisor ends one process alone.
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
