// Text that tries to be interpreted as something else: headers, SMTP commands, SQL, HTML, prototypes.
import { type Attack, type Attempt, countStatuses, type Kind } from '../attack.js';
import { OTHER_TEAM, TEAM } from '../callers.js';
import { type Answer } from '../site.js';

const LINE_ENDS = ['\r\n', '\n', '\r', '\u0000', '\u2028', '\u0085'];
const deliveries = (teamId = TEAM): string => `/v1/teams/${teamId}/deliveries`;

const FIELDS: readonly [pointer: string, changes: (text: string) => Record<string, unknown>][] = [
  ['/subject', (subject) => ({ subject })],
  ['/to', (name) => ({ to: [{ address: 'a@customer.example', name }] })],
  ['/to', (text) => ({ to: [{ address: `a@customer.example${text}` }] })],
  ['/cc', (text) => ({ cc: [{ address: `${text}@customer.example` }] })],
  ['/document', (number) => ({ document: { id: 'injected', type: 'invoice', number } })],
  ['/attachments', (contentType) => ({ attachments: [{ filename: 'a.pdf', contentType, content: 'JVBERi0xLjcK' }] })],
];

const headers: Attack = {
  name: 'headers',
  tries: `a further header behind ${LINE_ENDS.length} kinds of line ends, in ${FIELDS.length} fields of an invoice`,
  expects: '422 at the field, no mail',
  run: async (attempt) => {
    const asked = LINE_ENDS.flatMap((end) =>
      FIELDS.map(async ([pointer, changes]) => {
        const answer = await attempt.site.hand('service', changes(`x${end}Bcc: victim@elsewhere.example`));
        attempt.expectAnswer(`${JSON.stringify(end)} in ${pointer}`, answer, [422], pointer);
        return answer;
      }),
    );
    const answers = await Promise.all(asked);
    attempt.expect(!wire(attempt).includes('elsewhere.example'), 'a mail went to the victim');
    return countStatuses(answers);
  },
};

/** Returns everything that was sent to the platform's server. */
const wire = (attempt: Attempt): string => {
  const { commands, messages } = attempt.site.stage.platform;
  return [...commands, ...messages.map(({ raw }) => raw?.toString('latin1') ?? '')].join('\n');
};

const smtp: Attack = {
  name: 'smtp-commands',
  tries: 'an end of data and a whole transaction in the text, and commands in addresses',
  expects: 'the text goes out as text, in one mail; the addresses are refused',
  run: async (attempt) => {
    const before = attempt.site.stage.platform.messages.length;
    const text = 'Hello\r\n.\r\nMAIL FROM:<ceo@bank.example>\r\nRCPT TO:<victim@elsewhere.example>\r\nDATA\r\n.\r\n';
    await attempt.site.sendInvoice({ text, html: text });
    const mails = attempt.site.stage.platform.messages.slice(before);
    attempt.expect(mails.length === 1, `${mails.length} mails`);
    attempt.expect(!JSON.stringify(mails.map(({ recipients }) => recipients)).includes('elsewhere'), 'the victim is a recipient');
    const addresses = ['a@b.example> RCPT TO:<v@elsewhere.example', '<a@b.example>', 'a@b.example,v@elsewhere.example', '"a\\"@b.example'];
    const answers = await Promise.all(addresses.map((address) => attempt.site.hand('service', { to: [{ address }] })));
    for (const answer of answers) attempt.expectAnswer('an address', answer, [422], '/to/0');
    return `1 mail; ${countStatuses(answers)}`;
  },
};

const SQL = ["' OR '1'='1", "'; DROP TABLE dispatch.deliveries; --", '%', '_', '\\', '$1', '%00', '*/ OR 1=1 /*', "x') UNION SELECT 1 --"];

const sql: Attack = {
  name: 'sql',
  tries: `${SQL.length} pieces of SQL in searches, filters and ids, by a team that has no deliveries`,
  expects: '200 with nothing, 404 or 422; the table is there afterwards',
  run: async (attempt) => {
    const ask = (path: string): Promise<Answer> =>
      attempt.site.ask('mail-dispatcher', `${deliveries(OTHER_TEAM)}${path}`, { as: 'stranger' });
    const asked = SQL.flatMap((text) => {
      const encoded = encodeURIComponent(text);
      const filters = ['search', 'documentId', 'recipient', 'status', 'from', 'cursor', 'limit'].map((name) => ask(`?${name}=${encoded}`));
      return [...filters, ask(`/${encoded}`), ask(`/statistics?timeZone=${encoded}`)];
    });
    const answers = await Promise.all(asked);
    for (const answer of answers) {
      attempt.expectAnswer('SQL', answer, [200, 400, 404, 422]);
      attempt.expect(!answer.text.includes(`"teamId":"${TEAM}"`), 'shows what is of another team');
    }
    const { count } = await attempt.site.stage.database.one<{ count: number }>('SELECT count(*)::int AS count FROM dispatch.deliveries');
    return `${countStatuses(answers)}; ${count} deliveries are there`;
  },
};

const html: Attack = {
  name: 'html',
  tries: 'a script and a picture as the number of an invoice that fails, by an internal service',
  expects: "the alert's e-mail shows them as text",
  run: async (attempt) => {
    const { stage } = attempt.site;
    const number = '<img src=x onerror=alert(1)><script>alert(2)</script>';
    const before = stage.alertMailbox.messages.length;
    stage.platform.behave({ rcpt: '550 5.1.1 <script>alert(3)</script>' });
    try {
      const requestedBy = { userId: 'html-reader', email: 'html-reader@customer.example', locale: 'en' };
      const answer = await attempt.site.hand('service', { requestedBy, document: { id: 'html', type: 'invoice', number } });
      attempt.expectAnswer('the invoice', answer, [202]);
      await attempt.awaits('the alert', () => Promise.resolve(stage.alertMailbox.messages.length > before));
    } finally {
      stage.platform.behave();
    }
    const letters = stage.alertMailbox.messages.slice(before).map(({ raw }) => decoded(raw?.toString('latin1') ?? ''));
    const parts = letters.map((letter) => letter.slice(Math.max(0, letter.search(/text\/html/i))));
    for (const part of parts) attempt.expect(!/<script|<img[^>]*onerror/i.test(part), 'the HTML of the alert carries them');
    return `${letters.length} e-mails`;
  },
};

/** Decodes quoted-printable and base64 well enough to look for tags. */
function decoded(raw: string): string {
  const lines = raw.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return lines.replace(/(?:^[A-Za-z0-9+/]{60,76}={0,2}\r\n)+(?:^[A-Za-z0-9+/]+={0,2}\r\n)?/gm, (block) =>
    Buffer.from(block, 'base64').toString('utf8'),
  );
}

const PROTOTYPES = [
  '{"__proto__":{"isService":true}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '{"companyName":"A","__proto__":{"smtp":{}}}',
];

const prototypes: Attack = {
  name: 'prototypes',
  tries: 'prototypes in bodies, and teams called "__proto__", "constructor", "toString"',
  expects: '422, 404; nothing changed',
  run: async (attempt) => {
    const path = `/v1/teams/${TEAM}/email-delivery`;
    const bodies = PROTOTYPES.map((body) => attempt.site.ask('settings-api', path, { as: 'admin', method: 'PUT', body }));
    const teams = ['__proto__', 'constructor', 'toString'].map((team) =>
      attempt.site.ask('settings-api', `/v1/teams/${team}/email-delivery`, { as: 'admin' }),
    );
    const [refusedBodies, refusedTeams] = await Promise.all([Promise.all(bodies), Promise.all(teams)]);
    for (const answer of refusedBodies) attempt.expectAnswer('a body', answer, [422]);
    for (const answer of refusedTeams) attempt.expectAnswer('a team', answer, [404]);
    const after = await attempt.site.ask('settings-api', path, { as: 'nobody' });
    attempt.expectAnswer('nobody afterwards', after, [401]);
    return countStatuses([...refusedBodies, ...refusedTeams]);
  },
};

const FORMULA = '=HYPERLINK("http://evil.example")';
const CELLS: readonly [name: string, text: string][] = [
  ['=', FORMULA],
  ['+', '+1+1'],
  ['-', '-1+1'],
  ['@', '@SUM(1)'],
  ['a blank before it', ` ${FORMULA}`],
  ['a no-break space before it', `\u00a0${FORMULA}`],
  ['an ideographic space before it', `\u3000${FORMULA}`],
  ['full-width =', '＝1+1'],
  ['full-width +', '＋1+1'],
  ['full-width -', '－1+1'],
  ['full-width @', '＠SUM(1)'],
  ['a minus sign', '\u22121+1'],
];

const csv: Attack = {
  name: 'csv',
  tries: `invoices whose number, subject and recipient begin as formulas do, in the file of a run: ${CELLS.map(([name]) => name).join(', ')}`,
  expects: 'refused, or a text in every cell',
  run: async (attempt) => {
    const { site } = attempt;
    const handed = CELLS.map(([, text], index) =>
      site.hand('service', {
        document: { id: `cell-${index}`, type: 'quote', number: text },
        ...{ subject: text, to: [{ address: `${'=+-'.charAt(index % 3)}1+${index}@customer.example` }] },
      }),
    );
    const answers = await Promise.all(handed);
    for (const [index, answer] of answers.entries()) attempt.expectAnswer(CELLS[index]?.[0] ?? '', answer, [202, 422]);
    const { text } = await site.ask('mail-dispatcher', `${deliveries()}/report/csv?type=quote`, { as: 'admin' });
    const cells = cellsOf(text);
    const formulas = cells.filter((cell) => /^[\s\p{Z}\p{Cf}\p{Cc}]*[=+\-@\u2212]/u.test(cell.normalize('NFKC')));
    attempt.expect(formulas.length === 0, `formulas: ${formulas.slice(0, 5).join(' | ')}`);
    // The accepted ones must be in the file; otherwise the test did not try the file.
    const taken = answers.filter(({ status }) => status === 202).length;
    attempt.expect(
      taken > 0 && cells.filter((cell) => cell.startsWith('cell-')).length === taken,
      `${taken} taken, and the file is ${text}`,
    );
    return `${countStatuses(answers)}; ${formulas.length} formulas in ${cells.length} cells`;
  },
};

/** Returns the cells of a CSV text (RFC 4180). */
const cellsOf = (text: string): string[] =>
  [...text.matchAll(/"((?:[^"]|"")*)"(?:,|\r\n)|([^",\r\n]*)(?:,|\r\n)/g)].map(
    ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain,
  );

export const injections: Kind = { name: 'injections', attacks: [headers, smtp, sql, html, csv, prototypes] };
