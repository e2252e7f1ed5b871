// `node tools/dist/read-reports.js FOLDER`: reads each mail of a folder as a report and prints what it says, one line a fate. Where the folder has
// an `expected.json`, { "<file>": [{ "recipient": "…", "classes": ["mailbox_full"] }] }, it compares and prints the rates; ends with 1 below 90 %
// or at one wrong recipient. For collections of real reports, which hold people's addresses and stay out of the repository.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readReport, type Report } from '@billing-mail/mail-core';

interface Expected {
  readonly recipient: string;
  /** Any of these is right; none given, any class is. */
  readonly classes?: readonly string[];
}

const ENOUGH = 0.9;
/** Somebody whom no report names: without a second recipient, whose report it is would be certain anyway. */
const OUTSIDER = 'outsider@never-named.example';

function fatesOf(report: Report): readonly { recipient: string | null; line: string; class: string }[] {
  if (report.kind !== 'fates') return [];
  return report.fates.map((fate) => ({
    recipient: fate.recipient,
    class: fate.class,
    line: `${report.format} ${fate.action} ${fate.class} ${fate.status ?? '-'} ${fate.recipient ?? `(${fate.address ?? 'nobody'})`}`,
  }));
}

async function main(folder: string): Promise<void> {
  const table = join(folder, 'expected.json');
  const expected = existsSync(table) ? (JSON.parse(readFileSync(table, 'utf8')) as Record<string, readonly Expected[]>) : {};
  const counts = { read: 0, expected: 0, recipients: 0, right: 0, wrong: 0 };
  for (const file of readdirSync(folder).filter((name) => name !== 'expected.json')) {
    const wanted = expected[file] ?? [];
    const report = await readReport(readFileSync(join(folder, file)), {
      recipients: [...new Set(wanted.map((one) => one.recipient)), OUTSIDER],
      messageIds: [],
    });
    const fates = fatesOf(report);
    counts.read++;
    console.log(`${file}: ${fates.map((fate) => fate.line).join('; ') || report.kind}`);
    if (wanted.length === 0) continue;
    const found = wanted.map((one) => ({ one, fate: fates.find((fate) => fate.recipient === one.recipient) }));
    const named = found.every(({ fate }) => fate !== undefined);
    counts.expected++;
    if (named) counts.recipients++;
    if (named && found.every(({ one, fate }) => one.classes?.includes(fate!.class) ?? true)) counts.right++;
    if (fates.some((fate) => fate.recipient === OUTSIDER)) counts.wrong++;
  }
  console.log(JSON.stringify(counts));
  if (counts.wrong > 0 || counts.right < counts.expected * ENOUGH) process.exitCode = 1;
}

const folder = process.argv[2];
if (folder === undefined) {
  console.error('Name the folder with the mails.');
  process.exitCode = 1;
} else {
  void main(folder);
}
