// `npm run archive -- --team acme --from 2026-01-01 --to 2026-12-31 --out FOLDER`: its arguments and its output.
import { parseArgs } from 'node:util';
import { archive, type Period } from './archive.js';
import { readStartFile } from './start-file.js';
import { issueTokens } from './starting/tokens.js';
import { CurableError, type RunStep } from './step.js';

const USAGE = `npm run archive -- --team acme --from 2026-01-01 --to 2026-12-31 --out /path/to/a/new/folder
  --from, --to   days of UTC, the last one included; or instants such as 2026-01-01T00:00:00+01:00, the last one not included`;
const OF_WHOM = 'a token of an internal service, or of somebody in the team';

export async function runArchive(args: readonly string[], step: RunStep): Promise<number> {
  const { team, from, to, out } = readFlags(args);
  if (team === undefined || from === undefined || to === undefined || out === undefined)
    throw new CurableError('Whose deliveries, of when, and where to?', USAGE);
  const result = await archive({ team, period: periodOf(from, to), folder: out }, await dispatcher(process.env), step);
  console.log(`${out} holds ${result.deliveries} deliveries with ${result.documents} documents and ${result.messages} messages as sent.`);
  console.log('Its README.txt tells an auditor how to check them: sha256sum -c SHA256SUMS');
  if (result.differences === 0) return 0;
  console.log(
    `${result.differences} documents or messages are not available as they were sent; differences.csv lists each with the reason.`,
  );
  return 1;
}

function readFlags(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args: [...args], options: { team: text, from: text, to: text, out: text } }).values;
  } catch (error) {
    throw new CurableError((error as Error).message, USAGE);
  }
}

/**
 * Parses the two ends of a period; a day as `to` is included.
 * @throws CurableError if one is neither a day nor an instant, or `from` is not before `to`
 */
export function periodOf(from: string, to: string): Period {
  const [begin, end] = [instantOf(from, 0), instantOf(to, 1)];
  if (begin >= end) throw new CurableError(`${from} is not before ${to}.`, USAGE);
  return { from: begin, until: end };
}

function instantOf(text: string, daysLater: number): Date {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const isInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const at = new Date(text);
  // Date would turn 2026-02-30 into a day in March.
  if ((!isDay && !isInstant) || Number.isNaN(at.getTime()) || (isDay && at.toISOString().slice(0, 10) !== text))
    throw new CurableError(`"${text}" is no day.`, USAGE);
  if (isDay) at.setUTCDate(at.getUTCDate() + daysLater);
  return at;
}

/** Returns the dispatcher from the environment, or that of `npm start` if it runs here. */
async function dispatcher(environment: NodeJS.ProcessEnv): Promise<{ url: string; token: string }> {
  const { MAIL_DISPATCHER_URL: url, BILLING_MAIL_TOKEN: token, AUTH_JWT_SECRET: secret } = environment;
  const running = url ? null : readStartFile();
  if (running !== null) return { url: running.mailDispatcher, token: running.tokens['service'] ?? '' };
  if (!url)
    throw new CurableError('Nothing runs here, and MAIL_DISPATCHER_URL is not set.', `set it, and BILLING_MAIL_TOKEN to ${OF_WHOM}.`);
  if (token) return { url: url.replace(/\/+$/, ''), token };
  if (!secret)
    throw new CurableError('BILLING_MAIL_TOKEN is not set.', `set it to ${OF_WHOM}, or AUTH_JWT_SECRET to what the services have.`);
  return { url: url.replace(/\/+$/, ''), token: (await issueTokens(secret)).service };
}
