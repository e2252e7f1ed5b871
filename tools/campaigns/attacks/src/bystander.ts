// What others notice of an attack: asked by a process of its own, as that of the attacks is busy with sending.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { workspaceRoot } from '@billing-mail/tools/workspace';

const PROGRAM = join(workspaceRoot, 'tools', 'campaigns', 'attacks', 'dist', 'bystander.program.js');

/** What the bystander looks at, and the internal service in whose name it sends invoices. */
export type Outlook = { urls: readonly string[]; dispatcherUrl: string; token: string; teamId: string; atLeastInvoices: number };
/** The longest time that a service took to say that it lives, and the usual time from handing an invoice over until it was sent. */
export type Noticed = { stallMs: number; invoiceMs: number };

/** Looks on until `end`, and until it has sent as many invoices as it should. */
export async function startBystander(outlook: Outlook): Promise<{ end(): Promise<Noticed> }> {
  const child = fork(PROGRAM, { stdio: 'inherit' });
  const message = <T>(): Promise<T> =>
    new Promise((resolve, reject) => {
      child.once('message', (told) => resolve(told as T));
      child.once('exit', () => reject(new Error('The bystander has ended.')));
    });
  const begun = message();
  child.send(outlook);
  await begun;
  return {
    end: () => {
      const noticed = message<Noticed>();
      child.send('end');
      return noticed;
    },
  };
}
