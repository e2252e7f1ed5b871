// `<DATA_DIR>/start.json` tells other programs what `npm start` runs and where. It is written when everything
// is ready and removed at the end.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { startFile } from './workspace.js';

const pids = z.union([z.int(), z.array(z.int())]);
const schema = z.object({
  settingsApi: z.string(),
  mailDispatcher: z.string(),
  notificationService: z.string(),
  /** URL of the web page, served by settings-api or by `npm run dev`. */
  page: z.string(),
  databaseUrl: z.string(),
  redisUrl: z.string(),
  platformSmtpUrl: z.string(),
  mailboxUrl: z.string().nullable(),
  /** The mailbox that serves as the sample teams' own server. */
  ownMailboxUrl: z.string(),
  smimeCaFile: z.string().nullable(),
  platformFromAddress: z.string(),
  tokens: z.record(z.string(), z.string()),
  pids: z.record(z.string(), pids),
});
/** URLs have no trailing slash. Tokens are keyed by whom they are for, process ids by service (a list if several run). */
export type StartFile = z.infer<typeof schema>;

/** Writes the file atomically. Only its owner may read it, because it contains tokens and passwords. */
export function writeStartFile(content: StartFile): void {
  const temporary = `${startFile()}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, startFile());
}

export function removeStartFile(): void {
  rmSync(startFile(), { force: true });
}

/** Returns what runs here, or `null` if nothing does. */
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
