// Runs a server as a child process: starts it, waits until it says that it is ready, and ends it. The server never outlives its parent.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Socket } from 'node:net';

/** How to start a server and how it says that it is ready. */
export type ServerCommand = {
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** What it prints (stdout or stderr) once it takes connections, or a function that is called until it resolves to true. */
  ready: RegExp | (() => Promise<boolean>);
  readyWithinMs: number;
  /** The signal that the kernel sends to it when our process is killed (kill -9). */
  deathSignal: 'INT' | 'TERM' | 'KILL';
  /** Run as this user; only root may ask for that. */
  account?: Account | null;
  /** Called with all that it prints. */
  onOutput?: (text: string) => void;
};

/** A user of the system by number. */
export type Account = { uid: number; gid: number };

/** A running server. */
export type ServerProcess = {
  pid: number;
  /** True until it has ended. */
  isRunning(): boolean;
  /** Resolves when it has ended, whoever ended it. */
  ended: Promise<void>;
  /** Sends the signal and waits; SIGKILL after `withinMs`. */
  end(signal: NodeJS.Signals, withinMs?: number): Promise<void>;
  signal(signal: NodeJS.Signals): void;
};

/** The server did not become ready; `output` is the end of what it printed. */
export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
  constructor(
    command: string,
    reason: string,
    readonly output: string,
  ) {
    super(`${command} ${reason}${output === '' ? '' : `\n${output}`}`);
  }
}

const OUTPUT_KEPT = 4000;
const SETPRIV = '/usr/bin/setpriv';

/** Starts a server. Resolves once it is ready. @throws ServerStartError with the end of its output */
export async function startServerProcess(server: ServerCommand): Promise<ServerProcess> {
  const [command, ...args] = [...prefix(server), server.command, ...server.args];
  const child = spawn(command ?? server.command, args, {
    env: server.env ?? process.env,
    cwd: server.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C reaches a whole process group at once; in its own group the server ends in our order, after those who use it.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    await becomeReady(child, server);
  } catch (error) {
    if (child.pid !== undefined && child.exitCode === null) child.kill('SIGKILL');
    throw error;
  }
  letParentExit(child);
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? -1,
    isRunning,
    ended,
    signal: (signal) => void child.kill(signal),
    end: async (signal, withinMs = 10_000) => {
      if (!isRunning()) return ended;
      child.kill(signal);
      const killer = setTimeout(() => child.kill('SIGKILL'), withinMs);
      await ended;
      clearTimeout(killer);
    },
  };
}

/** A server that a failed test forgot must not keep the test run from ending. */
function letParentExit(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdout, child.stderr]) (stream as Socket | null)?.unref();
}

async function becomeReady(child: ChildProcess, server: ServerCommand): Promise<void> {
  let output = '';
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(), server.readyWithinMs);
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (reason: string): void => reject(new ServerStartError(server.command, reason, output.trim()));
      const listen = (chunk: Buffer): void => {
        const text = chunk.toString();
        server.onOutput?.(text);
        output = (output + text).slice(-OUTPUT_KEPT);
        if (server.ready instanceof RegExp && server.ready.test(output)) resolve();
      };
      child.stdout?.on('data', listen);
      child.stderr?.on('data', listen);
      child.once('error', (error) => fail(`could not be started: ${error.message}`));
      child.once('close', (code, signal) => fail(`ended at once (${signal ?? `exit code ${code}`})`));
      waiting.signal.addEventListener('abort', () => fail(`was not ready within ${server.readyWithinMs} ms`));
      if (typeof server.ready === 'function') void askUntilTrue(server.ready, waiting.signal).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    waiting.abort();
  }
}

const ASK_EVERY_MS = 50;

async function askUntilTrue(isReady: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await isReady())) await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
}

/** Returns what to put before the command so that the server dies with us and runs as the right user. */
function prefix(server: ServerCommand): string[] {
  if (!existsSync(SETPRIV)) {
    if (server.account) throw new ServerStartError(server.command, 'needs setpriv (package util-linux) to run as another user', '');
    return [];
  }
  return [SETPRIV, ...(server.account ? asAccount(server.account) : []), `--pdeathsig=${server.deathSignal}`, '--'];
}

/**
 * Returns the options of setpriv for another user. That user cannot enter a checkout below root's home (mode 0700), neither for the program
 * nor for its data; CAP_DAC_OVERRIDE permits it. Without the securebit, access(2), which initdb asks before it goes on, would still refuse.
 */
export function asAccount(account: Account): string[] {
  return [
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    '--clear-groups',
    '--securebits=+no_setuid_fixup',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
  ];
}
