// `<DATA_DIR>/start.json`: how other programs find what `npm start` runs. Written when all is ready, removed at the end.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { startFile } from './workspace.js';

const pids = z.union([z.int(), z.array(z.int())]);
const schema = z.object({
  settingsApi: z.string(),
  mailDispatcher: z.string(),
  notificationService: z.string(),
  /** The web page: of settings-api, or of `npm run dev`. */
  page: z.string(),
  databaseUrl: z.string(),
  redisUrl: z.string(),
  platformSmtpUrl: z.string(),
  mailboxUrl: z.string().nullable(),
  /** The mailbox that the samples' teams call their own server. */
  ownMailboxUrl: z.string(),
  smimeCaFile: z.string().nullable(),
  platformFromAddress: z.string(),
  tokens: z.record(z.string(), z.string()),
  pids: z.record(z.string(), pids),
});
/** Addresses without a trailing slash, tokens by who they are for, process ids by service (a list where several run). */
export type StartFile = z.infer<typeof schema>;

/** Only its owner may read it: it holds tokens and passwords. Whole or not there, never half written. */
export function writeStartFile(content: StartFile): void {
  const temporary = `${startFile()}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, startFile());
}

export function removeStartFile(): void {
  rmSync(startFile(), { force: true });
}

/** What runs here, or `null` when nothing does. */
export function readStartFile(): StartFile | null {
  let text: string;
  try {
    text = readFileSync(startFile(), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return schema.parse(JSON.parse(text));
}
