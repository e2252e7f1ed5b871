// Reads the mails of a folder as bounce reports and compares what they say with what is expected.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Fate, readReport, type Report } from '@billing-mail/mail-core';

interface Expected {
  readonly recipient: string;
  /** Any of these classes is right. If there are none, every class is. */
  readonly classes?: readonly string[];
}

/**
 * `expected`: mails that are in the table. Of these, `recipients` is how many name all expected recipients, `right` how many also give a
 * right class, and `wrong` how many name somebody else as failed.
 */
type Counts = { read: number; expected: number; recipients: number; right: number; wrong: number };

const TABLE = 'expected.json';
/** A recipient whom no report names: if a delivery had only one recipient, it would be certain anyway whom the report is about. */
const OUTSIDER = 'outsider@never-named.example';

export async function judgeReports(folder: string): Promise<{ lines: string[]; counts: Counts }> {
  const table = join(folder, TABLE);
  const expected = existsSync(table) ? (JSON.parse(readFileSync(table, 'utf8')) as Record<string, readonly Expected[]>) : {};
  const counts = { read: 0, expected: 0, recipients: 0, right: 0, wrong: 0 };
  const lines: string[] = [];
  for (const file of readdirSync(folder).filter((name) => name !== TABLE)) {
    const wanted = expected[file] ?? [];
    const recipients = [...new Set(wanted.map((one) => one.recipient)), OUTSIDER];
    const report = await readReport(readFileSync(join(folder, file)), { recipients, messageIds: [] });
    counts.read++;
    lines.push(`${file}: ${inWords(report)}`);
    if (wanted.length === 0) continue;
    const fates = report.kind === 'fates' ? report.fates : [];
    const found = wanted.map((one) => ({ one, fate: fates.find((fate) => fate.recipient === one.recipient) }));
    const named = found.every(({ fate }) => fate !== undefined);
    counts.expected++;
    if (named) counts.recipients++;
    if (named && found.every(({ one, fate }) => one.classes?.includes(fate!.class) ?? true)) counts.right++;
    if (fates.some((fate) => isWrong(fate, wanted))) counts.wrong++;
  }
  return { lines, counts };
}

/**
 * Whether the report says that somebody failed who is not expected to: in a delivery to that address, it would
 * mark that recipient as bounced.
 */
function isWrong({ action, recipient, address }: Fate, wanted: readonly Expected[]): boolean {
  const failed = (recipient ?? address)?.toLowerCase();
  return action === 'failed' && failed !== undefined && wanted.every((one) => one.recipient.toLowerCase() !== failed);
}

function inWords(report: Report): string {
  if (report.kind !== 'fates' || report.fates.length === 0) return report.kind;
  return report.fates
    .map(
      ({ action, class: of, status, recipient, address }) =>
        `${report.format} ${action} ${of} ${status ?? '-'} ${recipient ?? `(${address ?? 'nobody'})`}`,
    )
    .join('; ');
}
