// Makes an archive that somebody can check without us: a team's documents, its messages as they were sent, and its log, with a checksum of
// each file. Everything comes from the running dispatcher, which composes a message again and returns it only if it is byte for byte what
// was sent. Only one page of the log and a few files' blocks are in memory at a time.
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { deliveryContent, type DeliveryContent, deliveryView, type DeliveryView } from '@billing-mail/contracts';
import { toCsv } from '@billing-mail/platform';
import { z } from 'zod';
import { ARCHIVE_README } from './archive-readme.js';
import { SummedFolder } from './summed-folder.js';
import { CurableError, type RunStep } from './step.js';

/** `from` is included, `until` is not. */
export type Period = { from: Date; until: Date };
export type ArchiveOrder = { team: string; period: Period; folder: string };
export type ArchiveCounts = { deliveries: number; documents: number; messages: number; differences: number };

const PAGE = 100;
/** Number of deliveries that are fetched at a time. */
const AT_A_TIME = 4;
const RECIPIENT_COLUMNS = [
  ...(['deliveryId', 'createdAt', 'settledAt', 'documentType', 'documentNumber', 'documentId', 'subject', 'deliveryStatus'] as const),
  ...(['address', 'name', 'role', 'status', 'route', 'reply', 'at', 'messageId'] as const),
];
const DIFFERENCE_COLUMNS = ['deliveryId', 'what', 'sha256', 'reason'] as const;

/** The part of one delivery: its line of the log, and what could not be fetched. */
type Part = { delivery: DeliveryView; line: object; differences: Record<(typeof DIFFERENCE_COLUMNS)[number], string>[] };
type Server = { url: string; token: string };

const listed = z.object({ items: z.array(z.object({ id: z.string() })), nextCursor: z.string().nullable() });

/** Writes the archive into a new folder, which gets its final name only when it is complete. @throws CurableError if the folder exists */
export async function archive(order: ArchiveOrder, server: Server, step: RunStep): Promise<ArchiveCounts> {
  const to = resolve(order.folder);
  const unfinished = `${to}.unfinished`;
  for (const path of [to, unfinished])
    if (existsSync(path)) throw new CurableError(`${path} already exists.`, 'name a folder that does not exist, or remove that one.');
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  const counts = await step('Deliveries', async (say) => {
    const written = await new TeamArchive(order, server, new SummedFolder(unfinished)).write();
    say(`${written.deliveries}`);
    return written;
  });
  await rename(unfinished, to);
  return counts;
}

class TeamArchive {
  private readonly counts: ArchiveCounts = { deliveries: 0, documents: 0, messages: 0, differences: 0 };
  private readonly base: string;

  constructor(
    private readonly order: ArchiveOrder,
    private readonly server: Server,
    private readonly folder: SummedFolder,
  ) {
    this.base = `${server.url}/v1/teams/${encodeURIComponent(order.team)}/deliveries`;
  }

  async write(): Promise<ArchiveCounts> {
    const { team, period } = this.order;
    const [log, recipients, differences] = await Promise.all([
      this.folder.open('deliveries.jsonl'),
      this.folder.open('recipients.csv', toCsv(RECIPIENT_COLUMNS, [])),
      this.folder.open('differences.csv', toCsv(DIFFERENCE_COLUMNS, [])),
    ]);
    for await (const ids of this.idsInGroups()) {
      for (const part of await Promise.all(ids.map((id) => this.keep(id)))) {
        await log.write(`${JSON.stringify(part.line)}\n`);
        await recipients.write(withoutHeader(toCsv(RECIPIENT_COLUMNS, recipientRows(part.delivery))));
        await differences.write(withoutHeader(toCsv(DIFFERENCE_COLUMNS, part.differences)));
        this.counts.deliveries += 1;
        this.counts.differences += part.differences.length;
      }
    }
    await Promise.all([log, recipients, differences].map((file) => file.end()));
    const about = { format: 1, team, from: period.from, until: period.until, madeAt: new Date(), ...this.counts };
    await this.folder.put('archive.json', [`${JSON.stringify(about, null, 2)}\n`]);
    await this.folder.put('README.txt', [ARCHIVE_README]);
    await this.folder.end();
    return this.counts;
  }

  /** Yields the ids, newest first. Deliveries that are added meanwhile would be before the first page and are left out. */
  private async *idsInGroups(): AsyncGenerator<string[]> {
    const { from, until } = this.order.period;
    const query = new URLSearchParams({ from: from.toISOString(), until: until.toISOString(), limit: `${PAGE}` });
    for (let cursor: string | null = ''; cursor !== null; query.set('cursor', cursor ?? '')) {
      const page = listed.parse(await this.json(`${this.base}?${query.toString()}`));
      const ids = page.items.map(({ id }) => id);
      for (let at = 0; at < ids.length; at += AT_A_TIME) yield ids.slice(at, at + AT_A_TIME);
      cursor = page.nextCursor;
    }
  }

  private async keep(id: string): Promise<Part> {
    const url = `${this.base}/${id}`;
    const delivery = deliveryView.parse(await this.json(url));
    const differences: Part['differences'] = [];
    const differs = (what: string, sha256: string, reason: string) => differences.push({ deliveryId: id, what, sha256, reason });
    const found = await this.ask(`${url}/content`);
    if (!found.ok) {
      differs('content', '', await reasonOf(found));
      return { delivery, differences, line: { ...delivery, content: null } };
    }
    const content = deliveryContent.parse(await found.json());
    const day = delivery.createdAt.slice(0, 10);
    const documents = await this.documents(url, day, delivery, content, differs);
    const messages = await this.messages(url, day, delivery, content, differs);
    const { subject: _, attachments: __, messages: ___, ...words } = content;
    return { delivery, differences, line: { ...delivery, content: { ...words, documents, messages } } };
  }

  private async documents(url: string, day: string, { id }: DeliveryView, { attachments }: DeliveryContent, differs: Differs) {
    const kept: object[] = [];
    for (const attachment of attachments) {
      // The original file name is only in the log; no file gets a name that a stranger chose.
      const file = `documents/${day}/${id}-${attachment.position}${/\.[A-Za-z0-9]{1,8}$/.exec(attachment.filename)?.[0] ?? ''}`;
      const sha256 = await this.download(
        `${url}/attachments/${attachment.position}`,
        file,
        `attachment ${attachment.position}`,
        '',
        differs,
      );
      if (sha256 !== null) this.counts.documents += 1;
      kept.push({ ...attachment, sha256, file: sha256 === null ? null : file });
    }
    return kept;
  }

  private async messages(url: string, day: string, { id }: DeliveryView, { messages }: DeliveryContent, differs: Differs) {
    const kept: object[] = [];
    for (const message of messages) {
      const file = `messages/${day}/${id}-${message.route}.eml`;
      const sha256 = await this.download(`${url}/messages/${message.route}`, file, `message by ${message.route}`, message.sha256, differs);
      if (sha256 !== null && sha256 !== message.sha256) throw new Error(`${file} is ${sha256}, and ${message.sha256} went out.`);
      if (sha256 !== null) this.counts.messages += 1;
      kept.push({ ...message, file: sha256 === null ? null : file });
    }
    return kept;
  }

  /** Returns the hash of the written file, or `null` if the dispatcher says that the original bytes are not available. */
  private async download(url: string, file: string, what: string, recorded: string, differs: Differs): Promise<string | null> {
    const answer = await this.ask(url);
    if (!answer.ok) {
      differs(what, recorded, await reasonOf(answer));
      return null;
    }
    return this.folder.put(file, answer.body ?? []);
  }

  private async json(url: string): Promise<unknown> {
    const answer = await this.ask(url);
    if (!answer.ok)
      throw new CurableError(`${url} answered ${answer.status}: ${await reasonOf(answer)}`, 'see whether team and token are right.');
    return answer.json();
  }

  /** Fetches a URL and waits for as long as `Retry-After` says. 404 (not there) and 409 (not as it was) are returned like any answer. */
  private async ask(url: string): Promise<Response> {
    for (;;) {
      const answer = await fetch(url, { headers: { authorization: `Bearer ${this.server.token}` } });
      if (answer.ok || answer.status === 404 || answer.status === 409) return answer;
      const wait = answer.headers.get('retry-after');
      if (wait === null)
        throw new CurableError(`${url} answered ${answer.status}: ${await reasonOf(answer)}`, 'see the log of mail-dispatcher.');
      await answer.body?.cancel();
      await sleep(Number(wait) * 1000);
    }
  }
}

type Differs = (what: string, sha256: string, reason: string) => unknown;

/** Returns the dispatcher's explanation. */
async function reasonOf(answer: Response): Promise<string> {
  const text = await answer.text();
  try {
    return (JSON.parse(text) as { detail?: string }).detail ?? text;
  } catch {
    return text;
  }
}

const withoutHeader = (csv: string): string => csv.slice(csv.indexOf('\r\n') + 2);

const recipientRows = ({ id, createdAt, settledAt, document, subject, status: deliveryStatus, messageId, recipients }: DeliveryView) =>
  recipients.map(({ address, name, role, status, route, reply, at }) => ({
    ...{
      deliveryId: id,
      createdAt,
      settledAt,
      documentType: document.type,
      documentNumber: document.number ?? null,
      documentId: document.id,
    },
    ...{ subject, deliveryStatus, address, name: name ?? null, role, status, route, reply, at, messageId },
  }));
