// Reads reports in the form of RFC 3464: a group of fields for each recipient.
import { domainToASCII } from 'node:url';
import { type BounceClass } from '@billing-mail/contracts';
import { type Fate, type ReadReport, type Report, type ReportHints } from './report.js';

type Fields = ReadonlyMap<string, string>;

const ACTIONS: ReadonlySet<string> = new Set<Fate['action']>(['failed', 'delayed', 'delivered', 'relayed', 'expanded']);
/** RFC 3463 and IANA's registry of enhanced status codes, the first that fits. */
const CLASSES: readonly (readonly [pattern: RegExp, of: BounceClass])[] = [
  [/^\d\.1\.(?:2|10)$/, 'domain_not_found'],
  [/^\d\.1\.[136]$/, 'no_such_address'],
  [/^\d\.2\.1$/, 'mailbox_disabled'],
  [/^\d\.2\.2$/, 'mailbox_full'],
  [/^\d\.(?:2\.3|3\.4)$/, 'too_large'],
  [/^\d\.4\.7$/, 'expired'],
  [/^\d\.4\.6$/, 'routing_loop'],
  [/^\d\.4\./, 'unreachable'],
  [/^\d\.6\./, 'content_refused'],
  [/^\d\.7\.(?:2[0-9]|8)$/, 'authentication'],
  [/^\d\.7\./, 'policy'],
];

export const readReport: ReadReport = (raw, hints) => Promise.resolve(read(raw.toString('latin1'), hints));

function read(text: string, hints: ReportHints): Report {
  const part = /^content-type:\s*message\/(?:global-)?delivery-status\b/im.exec(text);
  if (part === null) return { kind: 'unrelated' };
  const headEnd = /\r?\n\r?\n/.exec(text.slice(part.index));
  const body = headEnd === null ? '' : text.slice(part.index + headEnd.index + headEnd[0].length);
  const groups = (body.split(/\r?\n--/)[0] ?? '')
    .trim()
    .split(/\r?\n[ \t]*\r?\n/)
    .map(fieldsOf);
  const reporter = valueOf(groups[0]?.get('reporting-mta'));
  const fates = groups.flatMap((fields) => fateOf(fields, hints));
  return fates.length === 0 ? { kind: 'unrelated' } : { kind: 'fates', fates, reporter, format: 'rfc3464' };
}

function fieldsOf(group: string): Fields {
  const lines = group.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  return new Map(
    lines.flatMap((line) => {
      const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value.trim()] as const];
    }),
  );
}

function fateOf(fields: Fields, { recipients }: ReportHints): Fate[] {
  const action = fields.get('action')?.toLowerCase() ?? '';
  if (!ACTIONS.has(action)) return [];
  const addresses = ['original-recipient', 'final-recipient'].flatMap((name) => addressIn(fields.get(name)) ?? []);
  const status = /^[245]\.\d{1,3}\.\d{1,3}/.exec(fields.get('status') ?? '')?.[0] ?? null;
  const until = Date.parse(fields.get('will-retry-until') ?? '');
  return [
    {
      recipient: addresses.flatMap((address) => recipients.find((each) => comparable(each) === comparable(address)) ?? [])[0] ?? null,
      address: addresses[addresses.length - 1] ?? null,
      action: action as Fate['action'],
      class: CLASSES.find(([pattern]) => pattern.test(status ?? ''))?.[1] ?? 'other',
      permanent: status?.startsWith('5') ?? false,
      status,
      diagnostic: valueOf(fields.get('diagnostic-code')),
      willRetryUntil: Number.isNaN(until) ? null : new Date(until),
    },
  ];
}

/** `rfc822;name@example.com`: what stands behind the type, in RFC 6533's form too. */
function addressIn(field: string | undefined): string | null {
  const value = valueOf(field)?.replace(/^<|>$/g, '') ?? null;
  return value === null ? null : value.replace(/\\x\{([0-9A-F]{1,6})\}/gi, (_, hex: string) => letterOf(Number.parseInt(hex, 16)));
}

const letterOf = (point: number): string => (point <= 0x10_ff_ff ? String.fromCodePoint(point) : '\ufffd');
const valueOf = (field: string | undefined): string | null => field?.replace(/^[\w-]+\s*;\s*/, '').trim() || null;

function comparable(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at)}@${domainToASCII(address.slice(at + 1))}`.toLowerCase();
}
