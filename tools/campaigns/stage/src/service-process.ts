// Runs one of the services as a real process that the campaign can kill, freeze, give another clock and start again.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort, HANGS_AFTER_MS, type ServerProcess, startServerProcess } from '@billing-mail/testkit';
import { SERVICES, type ServiceName } from '@billing-mail/tools/starting/services';
import { workspaceRoot } from '@billing-mail/tools/workspace';

export type ServiceOptions = {
  /** The name of its log file. */
  name: string;
  service: ServiceName;
  env: NodeJS.ProcessEnv;
  logFolder: string;
  /** Command prefix, for example one that gives the process another clock or another DNS server. */
  prefix?: readonly string[];
  nodeArgs?: readonly string[];
  /** Checkout in which the service is built; by default this one. */
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
  /** Resolves when the process has ended, by itself or through us. */
  get ended(): Promise<void> {
    return this.process?.ended ?? Promise.resolve();
  }

  /** Starts the service. Resolves when its readiness or liveness check succeeds. */
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
      // Ends only starts that hang, however busy the machine is.
      readyWithinMs: HANGS_AFTER_MS,
      deathSignal: 'KILL',
      onOutput: (text) => appendFileSync(join(logFolder, `${name}.log`), text),
    });
  }

  /** Sends SIGKILL. */
  async kill(): Promise<void> {
    await this.process?.end('SIGKILL');
  }

  /**
   * Sends SIGTERM, as an orchestrator does; returns how long the end took. Waits up to 50 s, because the services
   * promise 45 s, see `endWithinMs`.
   */
  async stop(): Promise<number> {
    const since = performance.now();
    this.process?.signal('SIGCONT');
    await this.process?.end('SIGTERM', 50_000);
    return performance.now() - since;
  }

  /** Stops everything in the process, as a blocked event loop or a swapped-out machine would. */
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
