// A child process of the bench that answers calls by name. It ends with this process.
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { workspaceRoot } from '@billing-mail/tools/workspace';
import { type Answer, type Calls } from '../programs/serve.js';

export class Program<C extends Calls> {
  private readonly open = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  private asked = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', ({ id, result, error }: Answer) => {
      const waiting = this.open.get(id);
      this.open.delete(id);
      if (error === undefined) waiting?.resolve(result as never);
      else waiting?.reject(new Error(error));
    });
    child.once('exit', (code) => {
      for (const { reject } of this.open.values()) reject(new Error(`${child.spawnfile} ended with ${code} before it answered`));
    });
  }

  /** Starts the built file of that name in `programs`. */
  static start<C extends Calls>(name: string): Program<C> {
    return new Program<C>(
      fork(join(workspaceRoot, 'tools', 'campaigns', 'bench', 'dist', 'programs', `${name}.js`), { serialization: 'advanced' }),
    );
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  call<N extends keyof C & string>(name: N, ...args: Parameters<C[N]>): Promise<Awaited<ReturnType<C[N]>>> {
    const id = (this.asked += 1);
    return new Promise((resolve, reject) => {
      this.open.set(id, { resolve, reject });
      this.child.send({ id, name, args });
    });
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
  }
}
