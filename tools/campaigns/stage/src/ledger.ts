import { createHash } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { type SmtpTransaction } from '@billing-mail/testkit';

/** What a mail server took. The entry is on disk before the server says 250. */
export type LedgerEntry = {
  server: string;
  messageId: string;
  recipients: string[];
  sha256: string;
  at: number;
};

/** The ground truth of a campaign: every message that a server took or may have taken, as one JSON line each, synced to disk. */
export class Ledger {
  readonly entries: LedgerEntry[] = [];
  private readonly file: number;

  constructor(path: string) {
    this.file = openSync(path, 'a', 0o600);
  }

  /** Records a message; it is durable on return. */
  note(server: string, message: SmtpTransaction): void {
    const entry: LedgerEntry = {
      server,
      messageId: messageIdOf(message.raw),
      recipients: message.recipients.filter(({ accepted }) => accepted).map(({ address }) => address),
      sha256: hashOf(message),
      at: Date.now(),
    };
    writeSync(this.file, `${JSON.stringify(entry)}\n`);
    fdatasyncSync(this.file);
    this.entries.push(entry);
  }

  close(): void {
    closeSync(this.file);
  }
}

/** Hashes the message as the first server got it: servers on the way prepend trace fields (RFC 5321 4.4), which differ each time. */
function hashOf({ raw, sha256 }: SmtpTransaction): string {
  if (raw?.subarray(0, 9).toString('latin1').toLowerCase() !== 'received:') return sha256 ?? '';
  const [traces = ''] = /^(?:Received:.*\r\n(?:[ \t].*\r\n)*)+/i.exec(raw.toString('latin1')) ?? [];
  return createHash('sha256').update(raw.subarray(traces.length)).digest('hex');
}

// The header ends at the first empty line; text of the document below it must not count as header.
function messageIdOf(raw: Buffer | null): string {
  const header = raw?.subarray(0, raw.indexOf('\r\n\r\n')).toString('latin1') ?? '';
  return /^Message-ID:\s*(\S+)/im.exec(header)?.[1] ?? '';
}
