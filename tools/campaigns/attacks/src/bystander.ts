// What others notice of an attack. Measured by a process of its own, because the attacking process is busy sending.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { workspaceRoot } from '@billing-mail/tools/workspace';

const PROGRAM = join(workspaceRoot, 'tools', 'campaigns', 'attacks', 'dist', 'bystander.program.js');

/** What the bystander checks, and the token of the internal service in whose name it sends invoices. */
export type Outlook = { urls: readonly string[]; dispatcherUrl: string; token: string; teamId: string; atLeastInvoices: number };
/**
 * The longest time that a service took to answer its liveness check, and the median time from handing over an invoice until it was sent.
 */
export type Noticed = { stallMs: number; invoiceMs: number };

/** Watches until `end` is called and it has sent `atLeastInvoices` invoices. */
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
