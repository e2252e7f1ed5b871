// One of the services as a real process that the campaign kills, freezes, moves in time and starts again.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort, startServerProcess, type ServerProcess } from '@billing-mail/testkit';
import { SERVICES, type ServiceName } from '@billing-mail/tools/starting/services';
import { workspaceRoot } from '@billing-mail/tools/workspace';

export type ServiceOptions = {
  /** Its log file carries this. */
  name: string;
  service: ServiceName;
  env: NodeJS.ProcessEnv;
  logFolder: string;
  /** Words before the command, such as those that give it another clock or another DNS. */
  prefix?: readonly string[];
  nodeArgs?: readonly string[];
  /** Checkout that it is built in; this one if none is named. */
  checkout?: string;
};

export class ServiceProcess {
  private port = 0;
  private process: ServerProcess | null = null;
  /** Changes take effect with the next start. */
  readonly options: ServiceOptions;

  constructor(options: ServiceOptions) {
    this.options = { ...options };
  }

  get pid(): number {
    return this.process?.pid ?? -1;
  }
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }
  get isRunning(): boolean {
    return this.process?.isRunning() ?? false;
  }
  /** Resolves when it has ended by itself or by us. */
  get ended(): Promise<void> {
    return this.process?.ended ?? Promise.resolve();
  }

  /** Resolves when it says that it is ready, or that it lives. */
  async start(until: 'ready' | 'live' = 'ready'): Promise<void> {
    const { name, service, env, logFolder, prefix = [], nodeArgs = [], checkout = workspaceRoot } = this.options;
    const portVariable = SERVICES.find((known) => known.name === service)?.portVariable ?? '';
    this.port = await findFreePort(this.port);
    const main = join(checkout, 'apps', service, 'dist', 'main.js');
    const [command = '', ...args] = [...prefix, process.execPath, ...nodeArgs, main];
    this.process = await startServerProcess({
      command,
      args,
      cwd: checkout,
      env: { ...env, [portVariable]: String(this.port) },
      ready: () => this.says(until),
      // Only to end what hangs, however busy the machine is.
      readyWithinMs: 300_000,
      deathSignal: 'KILL',
      onOutput: (text) => appendFileSync(join(logFolder, `${name}.log`), text),
    });
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.process?.end('SIGKILL');
  }

  /** SIGTERM, as an orchestrator says it; returns how long it took. 50 s: the promise is 45, see `endWithinMs`. */
  async stop(): Promise<number> {
    const since = performance.now();
    this.process?.signal('SIGCONT');
    await this.process?.end('SIGTERM', 50_000);
    return performance.now() - since;
  }

  /** Everything in it stands still, as with a blocked event loop or a swapped-out machine. */
  freeze(): void {
    this.process?.signal('SIGSTOP');
  }
  thaw(): void {
    this.process?.signal('SIGCONT');
  }

  async says(state: 'ready' | 'live'): Promise<boolean> {
    try {
      // A kept connection may lead to another program that had this port before.
      return (await fetch(`${this.url}/health/${state}`, { headers: { connection: 'close' }, signal: AbortSignal.timeout(3000) })).ok;
    } catch {
      return false; // not listening yet
    }
  }
}
