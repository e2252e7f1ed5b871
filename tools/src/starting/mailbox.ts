import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort, startServerProcess } from '@billing-mail/local-servers';
import { dataFolder, workspaceRoot } from '../workspace.js';
import { answers } from './answers.js';
import { logTo } from './log-file.js';
import { type Supervisor } from './supervisor.js';

/** An SMTP server that accepts everything, and a page that shows it. */
export type Mailbox = {
  smtpPort: number;
  url: string;
  /** Resolves when it can be used. It takes a second or two to load, and other things can go on meanwhile. */
  ready: Promise<void>;
};

// This many stay readable across starts; with thousands the page becomes slow.
const MAILS_KEPT = 500;

/** Starts a local mailbox (maildev) that keeps its mail below the data folder. */
export async function provideMailbox(supervisor: Supervisor, name: string, usual: { smtp: number; page: number }): Promise<Mailbox> {
  const folder = join(dataFolder(), 'mail', name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [smtpPort, pagePort] = await Promise.all([findFreePort(usual.smtp), findFreePort(usual.page)]);
  const url = `http://127.0.0.1:${pagePort}`;
  const ready = supervisor.keep({
    name,
    kind: 'server',
    endSignal: 'SIGTERM',
    endWithinMs: 5000,
    start: () =>
      startServerProcess({
        command: process.execPath,
        args: [
          join(workspaceRoot, 'node_modules', 'maildev', 'dist', 'bin', 'maildev.js'),
          ...['--ip', '127.0.0.1', '--smtp', String(smtpPort), '--web-ip', '127.0.0.1', '--web', String(pagePort)],
          ...['--mail-directory', folder, '--max-emails', String(MAILS_KEPT)],
          // Its built-in certificate is not valid for any name, so clients would refuse it.
          ...['--hide-extensions', 'STARTTLS'],
        ],
        ready: () => answers(`${url}/index.html`),
        readyWithinMs: 60_000,
        deathSignal: 'TERM',
        onOutput: logTo(name),
      }),
  });
  ready.catch(() => undefined); // thrown where it is awaited
  return { smtpPort, url, ready };
}
