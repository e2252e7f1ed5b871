// `npm run send`: publishes a document through the queue as invoicing would, then reports each try until the delivery is settled.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  dispatchJobSchema,
  emailDeliveryView,
  toFieldErrors,
  type DeliveryView,
  type DispatchJobInput,
  type Locale,
} from '@billing-mail/contracts';
import { publishDocuments } from './dispatch-queue.js';
import { describeDelivery, describeAttempt, followDelivery } from './follow-delivery.js';
import { RejectedJobs } from './rejected-jobs.js';
import { call } from './services-client.js';
import { readStartFile, type StartFile } from './start-file.js';
import { CurableError } from './step.js';

const USAGE = 'npm run send -- --pdf invoice.pdf --to customer@example.org; npm run send -- --help names the other flags';

const text = { type: 'string' } as const;
const list = { type: 'string', multiple: true } as const;
const FLAGS = {
  ...{ pdf: text, xml: text, to: list, cc: list, bcc: list, team: text, type: text, number: text, recurring: text },
  ...{ subject: text, text, key: text, user: text, email: text },
};

const SETTLED_WITHIN_MS = 15 * 60_000;

type DocumentType = DispatchJobInput['document']['type'];
type Words = { types: Record<DocumentType, string>; textOf: (title: string) => string };
// A sample for trying out: in other languages it is English.
const WORDS: { en: Words } & Partial<Record<Locale, Words>> = {
  en: {
    types: { invoice: 'Invoice', credit_note: 'Credit note', reminder: 'Reminder', quote: 'Quote', other: 'Document' },
    textOf: (title) => `Hello,\n\nplease find attached: ${title}.\n`,
  },
  de: {
    types: { invoice: 'Rechnung', credit_note: 'Gutschrift', reminder: 'Mahnung', quote: 'Angebot', other: 'Beleg' },
    textOf: (title) => `Guten Tag,\n\nanbei erhalten Sie: ${title}.\n`,
  },
};

/**
 * Builds the job that the flags describe, in the team's language; `stamp` makes its key unique. Throws CurableError
 * naming the flag that is wrong.
 */
export function buildJob(args: string[], stamp: string, locale: Locale = 'en'): DispatchJobInput {
  const flags = readFlags(args);
  if (flags.pdf === undefined) throw new CurableError('--pdf is missing: which document?', USAGE);
  if (flags.to === undefined) throw new CurableError('--to is missing: who gets it?', USAGE);
  const number = flags.number ?? basename(flags.pdf, extname(flags.pdf));
  const type = (flags.type ?? 'invoice') as DocumentType;
  const { types, textOf } = WORDS[locale] ?? WORDS.en;
  const title = `${types[type] ?? type} ${number}`;
  const attachments = [attach(flags.pdf, 'application/pdf'), ...(flags.xml === undefined ? [] : [attach(flags.xml, 'application/xml')])];
  const job: DispatchJobInput = {
    version: 1,
    key: flags.key ?? `send-${createHash('sha256').update(stamp).digest('hex').slice(0, 16)}`,
    teamId: flags.team ?? 'acme',
    requestedBy: {
      userId: flags.user ?? `${flags.team ?? 'acme'}-admin`,
      ...(flags.email === undefined ? {} : { email: flags.email }),
      locale,
    },
    document: { id: `${type}-${number}`, type, number, ...readRecurrence(flags.recurring) },
    to: flags.to.map(readMailbox),
    cc: (flags.cc ?? []).map(readMailbox),
    bcc: (flags.bcc ?? []).map(readMailbox),
    subject: flags.subject ?? title,
    text: flags.text ?? textOf(title),
    attachments,
  };
  const checked = dispatchJobSchema().safeParse(job);
  if (checked.success) return job;
  const errors = toFieldErrors(checked.error).map(({ pointer, message }) => `${pointer} ${message}`);
  throw new CurableError(`The document is not as it must be:\n  ${errors.join('\n  ')}`, USAGE);
}

/** Publishes the document and follows its delivery. Resolves with the exit code: 0 if every recipient was accepted. */
export async function send(args: string[]): Promise<number> {
  const stamp = `${Date.now()} ${process.pid}`;
  const { teamId } = buildJob(args, stamp);
  const running = readStartFile();
  if (running === null) throw new CurableError('Billing Mail is not running here.', 'npm start, in another terminal; then send again.');
  const delivery = await publishAndFollow(buildJob(args, stamp, await localeOf(teamId, running)), running);
  for (const { role, address, status, reply } of delivery.recipients)
    console.log(`  ${role} ${address}: ${status}${reply ? `, ${reply}` : ''}`);
  console.log(describeDelivery(delivery));
  console.log(whereToRead(running, delivery.usedFallback || delivery.route === 'platform'));
  return delivery.status === 'sent' ? 0 : 1;
}

/** Returns the team's locale. For a team without settings it is English; the dispatcher will report the missing settings. */
async function localeOf(teamId: string, { settingsApi, tokens }: StartFile): Promise<Locale> {
  const url = `${settingsApi}/v1/teams/${encodeURIComponent(teamId)}/email-delivery`;
  const { status, body } = await call(url, tokens['service'] ?? '', { expect: [200, 404] });
  return status === 404 ? 'en' : emailDeliveryView.parse(body).locale;
}

async function publishAndFollow(job: DispatchJobInput, running: StartFile): Promise<DeliveryView> {
  const rejected = await RejectedJobs.open(running.databaseUrl);
  try {
    await publishDocuments({ REDIS_URL: running.redisUrl, REDIS_PREFIX: process.env['REDIS_PREFIX'] }, [job]);
    console.log(`Published ${job.key} for team ${job.teamId} with ${job.attachments?.length ?? 0} attachment(s).`);
    const delivery = await followDelivery(
      { teamId: job.teamId, key: job.key, documentId: job.document.id },
      {
        dispatcher: running.mailDispatcher,
        token: running.tokens['service'] ?? '',
        takenWithinMs: 20_000,
        settledWithinMs: SETTLED_WITHIN_MS,
        findRejection: () => rejected.find(job.teamId, job.key),
        onTaken: ({ id, recipients }) => console.log(`Taken as delivery ${id}, ${recipients.length} recipient(s).`),
        onAttempt: (attempt, { nextTryAt }) =>
          console.log(`  ${describeAttempt(attempt)}${nextTryAt === null ? '' : `; next ${nextTryAt}`}`),
      },
    );
    if (new Date(delivery.createdAt) < rejected.since) await tellKnownKey(job, rejected);
    return delivery;
  } finally {
    await rejected.close();
  }
}

// A delivery with a known key is found at once, possibly before the dispatcher has compared the contents.
const COMPARED_WITHIN_MS = 3000;

async function tellKnownKey({ teamId, key }: DispatchJobInput, rejected: RejectedJobs): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, COMPARED_WITHIN_MS));
  const reason = await rejected.find(teamId, key);
  if (reason !== null) throw new CurableError(`${key} was rejected: ${reason}`, 'leave --key out, or give a new one.');
  console.log(`${key} was published before with the same content: this is what became of it.`);
}

function readFlags(args: string[]) {
  try {
    return parseArgs({ args, options: FLAGS }).values;
  } catch (error) {
    throw new CurableError((error as Error).message, USAGE);
  }
}

function attach(file: string, contentType: string): { filename: string; contentType: string; content: string } {
  let bytes: Buffer;
  try {
    // npm changes into the checkout's folder; INIT_CWD is the folder in which the user typed the path.
    bytes = readFileSync(resolve(process.env['INIT_CWD'] ?? '.', file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CurableError(`${file} cannot be read (${code ?? 'unknown error'}).`, 'give the path of an existing file that you may read.');
  }
  if (contentType === 'application/pdf' && !bytes.subarray(0, 1024).includes('%PDF-')) {
    throw new CurableError(`${file} is no PDF: it does not begin with %PDF-.`, 'give --pdf the document itself.');
  }
  return { filename: basename(file), contentType, content: bytes.toString('base64') };
}

/** Parses "Name <address>" or a plain address. The schema checks whether the address is valid. */
function readMailbox(value: string): { address: string; name?: string } {
  const [, name, address] = /^\s*(.*?)\s*<([^<>]*)>\s*$/.exec(value) ?? [];
  if (address === undefined) return { address: value };
  return name === undefined || name === '' ? { address } : { address, name: name.replace(/^"(.*)"$/, '$1') };
}

function readRecurrence(value: string | undefined): { recurrence?: { seriesId: string; occurrence: string } } {
  if (value === undefined) return {};
  const [, seriesId, occurrence] = /^([^:]+):(.+)$/.exec(value) ?? [];
  if (seriesId === undefined || occurrence === undefined) {
    throw new CurableError('--recurring needs a series and an occurrence.', '--recurring sub-9:2026-11');
  }
  return { recurrence: { seriesId, occurrence } };
}

function whereToRead({ mailboxUrl }: StartFile, byPlatform: boolean): string {
  return byPlatform && mailboxUrl !== null ? `Read it at ${mailboxUrl}/index.html` : "It went to the team's own server.";
}
