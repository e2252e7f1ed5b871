import { spawn } from 'node:child_process';
import { workspaceRoot } from './workspace.mjs';

/**
 * Runs a Node.js program as the work of this command and resolves with its exit code. Ending the command ends the program: Ctrl-C on a
 * terminal reaches both, but a supervisor ends only one process.
 */
export function runChild(args) {
  const end = new AbortController();
  // Installed before the program starts, so that no signal is lost in between.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end.abort(signal));
  const child = spawn(process.execPath, args, { cwd: workspaceRoot, stdio: 'inherit', signal: end.signal });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => error.name !== 'AbortError' && reject(error));
    child.once('close', (code) => resolve(code ?? 1));
  });
}
