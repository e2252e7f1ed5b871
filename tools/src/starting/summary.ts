// The table at the end of a start: where everything is, what to try, what became of the samples.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type SampleResult } from '../samples/send-samples.js';
import { type StartFile } from '../start-file.js';
import { workspaceRoot } from '../workspace.js';
import { logFileOf } from './log-file.js';

/** Lines for a person. Passwords stay in start.json; the tokens are shown because they are there to be tried. */
export function summarize(
  running: StartFile,
  more: { ownMailboxUrl: string; retryDelays: string; startFile: string; samples: SampleResult[] },
): string {
  const pageOf = (url: string): string => `${url}/index.html`;
  const lines = [
    ...section('Read the mail', [
      ['platform server', running.mailboxUrl === null ? new URL(running.platformSmtpUrl).host : pageOf(running.mailboxUrl)],
      ["globex's own server", pageOf(more.ownMailboxUrl)],
    ]),
    ...(existsSync(PAGE) ? section('The page E-mail delivery, as', pageAddresses(running)) : []),
    ...section('Services', [
      ['settings-api', `${running.settingsApi}/docs`],
      ['mail-dispatcher', `${running.mailDispatcher}/docs`],
      ['notification-service', `${running.notificationService}/docs`],
    ]),
    ...section('Kept', [
      ['PostgreSQL', new URL(running.databaseUrl).host],
      ['Redis', new URL(running.redisUrl).host],
      ['logs', logFileOf('*')],
      ['addresses, tokens', more.startFile],
      ['retries', `after ${more.retryDelays} here, so that you see them; RETRY_DELAYS is 5m,30m by default`],
    ]),
    ...section('Tokens to try (fresh ones are in start.json)', Object.entries(running.tokens)),
    ...(more.samples.length === 0 ? [] : section('What became of the samples', more.samples.flatMap(describeSample))),
    ...section('Try', tries(running, more.samples)),
  ];
  return lines.join('\n');
}

// Built by tools/prepare-checkout.mjs, served by settings-api.
const PAGE = join(workspaceRoot, 'libs', 'console', 'dist', 'page', 'index.html');

/** The token stands after the #, which a browser does not send. */
export function pageAddresses({ settingsApi, tokens }: Pick<StartFile, 'settingsApi' | 'tokens'>): [string, string][] {
  const people = Object.entries(tokens).filter(([name]) => name !== 'service');
  return people.map(([name, token]) => [name, `${settingsApi}/teams/${name.replace(/-.*$/, '')}/settings/invoicing#token=${token}`]);
}

export function section(title: string, rows: [string, string][]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return ['', title, ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)];
}

export function describeSample({ shows, teamId, outcome, notification }: SampleResult): [string, string][] {
  return [[teamId, shows], ['', outcome], ...(notification === null ? [] : [['', `told: ${notification}`] as [string, string]])];
}

function tries(running: StartFile, samples: SampleResult[]): [string, string][] {
  const last = samples.at(-1);
  const log = last === undefined ? 'acme/deliveries' : `${last.teamId}/deliveries/${last.deliveryId}`;
  const caller = last === undefined ? 'acme-admin' : `${last.teamId}-admin`;
  return [
    ['the log', `curl -s -H "Authorization: Bearer ${running.tokens[caller] ?? ''}" ${running.mailDispatcher}/v1/teams/${log}`],
    ['your own', 'npm run send -- --pdf invoice.pdf --to customer@example.org'],
  ];
}
