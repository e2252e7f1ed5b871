// The one screen at the end of a start: what happened, where to look, what to do next.
import { type SampleResult } from '../samples/send-samples.js';
import { type StartFile } from '../start-file.js';
import { type RunningServices } from './services.js';

/** Returns the summary as text, without passwords and tokens. `signedIn`: a link that opens the page as a sample user. */
export function summarize(
  running: StartFile,
  { samples, signedIn, startFile, services }: { samples: SampleResult[]; signedIn: string; startFile: string; services: RunningServices },
): string {
  return [
    ...(samples.length === 0
      ? ['', 'Billing Mail runs. No samples went out; npm start -- --samples sends them.']
      : section('Billing Mail runs, and sent its samples', samples.flatMap(describeSample))),
    ...section('Look at', [
      ['the page, signed in', signedIn],
      ['the mail', running.mailboxUrl === null ? new URL(running.platformSmtpUrl).host : `${running.mailboxUrl}/index.html`],
      ['the HTTP interface', `${running.mailDispatcher}/docs`],
    ]),
    `  Every other address is in ${startFile}; npm run token -- acme-admin prints a token.`,
    ...debuggers(services),
    '',
    'Next: npm run send -- --pdf invoice.pdf --to customer@example.org',
  ].join('\n');
}

/** The debugger ports of `npm run dev`. */
function debuggers(services: RunningServices): string[] {
  const rows = Object.entries(services).flatMap(([name, { inspectPorts }]) =>
    inspectPorts.map((port): [string, string] => [name, `127.0.0.1:${port}`]),
  );
  return rows.length === 0 ? [] : section('Debug', rows);
}

/** Returns the page's URL for each user. The token is after the #, which a browser does not send to the server. */
export function pageAddresses({ page, tokens }: Pick<StartFile, 'page' | 'tokens'>): [string, string][] {
  const people = Object.entries(tokens).filter(([name]) => name !== 'service');
  return people.map(([name, token]) => [name, `${page}/teams/${name.replace(/-.*$/, '')}/settings/invoicing#token=${token}`]);
}

export function section(title: string, rows: [string, string][]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return ['', title, ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)];
}

export function describeSample({ shows, teamId, outcome, notification }: SampleResult): [string, string][] {
  return [[teamId, shows], ['', outcome], ...(notification === null ? [] : [['', `told: ${notification}`] as [string, string]])];
}
