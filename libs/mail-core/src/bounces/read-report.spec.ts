import { readReport } from './read-report.js';
import { saysDelayed } from './formats/worded-fates.js';
import { type Fate, type FateAction, type Report, type ReportHints } from './report.js';
import { MESSAGE_ID, PROVIDER_REPORTS, RECIPIENTS } from './testing/provider-reports.js';
import { mail, multipartReport, SAMPLES } from './testing/samples.js';

const HINTS: ReportHints = {
  recipients: ['anna@customer.example', 'ben@other.example', 'cleo@third.example', 'jörg@bücher.example'],
  messageIds: ['<inv-1@billing.example>'],
};
const ALONE: ReportHints = { ...HINTS, recipients: ['anna@customer.example'] };

const fatesOf = (report: Report): readonly Fate[] => (report.kind === 'fates' ? report.fates : []);
const lines = (report: Report): string[] =>
  fatesOf(report).map((fate) => [fate.recipient, fate.action, fate.class, fate.permanent ? 'permanent' : 'passing', fate.status].join(' '));

describe('reports of programs and providers', () => {
  const ANNA_UNKNOWN = 'anna@customer.example failed no_such_address permanent';
  const ROWS: readonly [name: keyof typeof SAMPLES, format: string, fates: readonly string[]][] = [
    ['postfix', 'rfc3464', ['ben@other.example failed no_such_address permanent 5.1.1']],
    [
      'twoFates',
      'rfc3464',
      [
        'anna@customer.example failed mailbox_full passing 5.2.2',
        'ben@other.example delayed unreachable passing 4.4.1',
        'cleo@third.example delivered other passing 2.0.0',
      ],
    ],
    ['forwarded', 'rfc3464', [`${ANNA_UNKNOWN} 5.1.1`]],
    ['internationalized', 'rfc3464', ['jörg@bücher.example failed no_such_address permanent 5.1.1']],
    ['exim', 'exim', [`${ANNA_UNKNOWN} 5.1.1`, 'ben@other.example failed mailbox_full passing ']],
    ['eximDelay', 'exim', ['anna@customer.example delayed unreachable passing ']],
    ['sendmail', 'sendmail', ['ben@other.example failed no_such_address permanent 5.1.1']],
    ['qmail', 'qmail', [`${ANNA_UNKNOWN} 5.1.1`, 'ben@other.example failed too_large permanent 5.3.4']],
    ['exchange2003', 'exchange', [`${ANNA_UNKNOWN} `]],
    ['microsoft365', 'exchange', [`${ANNA_UNKNOWN} 5.1.10`]],
    ['microsoft365Details', 'microsoft365', ['anna@customer.example failed mailbox_full passing ']],
    ['postfixDelivered', 'postfix', ['anna@customer.example delivered other passing ']],
    ['postfixDelay', 'postfix', ['anna@customer.example delayed unreachable passing ']],
    ['gmailDelay', 'gmail', ['anna@customer.example delayed system_error passing ']],
    ['gmail', 'gmail', [`${ANNA_UNKNOWN} 5.1.1`]],
    ['failedInHeader', 'words', [`${ANNA_UNKNOWN} `]],
    ['mailMarshal', 'mailmarshal', [`${ANNA_UNKNOWN} `]],
    ['contactNamed', 'postfix', [`${ANNA_UNKNOWN} 5.1.1`]],
    ['domino', 'domino', [`${ANNA_UNKNOWN} `]],
    ['amazonSes', 'rfc3464', [`${ANNA_UNKNOWN} 5.1.1`]],
    ['gmx', 'exim', [`${ANNA_UNKNOWN} 5.1.1`]],
    ['tOnline', 't_online', ['anna@customer.example failed mailbox_full passing 5.2.2']],
    ['mailRu', 'mailru', ['anna@customer.example failed mailbox_full passing 5.2.2']],
    ['spanish', 'exchange', ['anna@customer.example failed mailbox_full passing ']],
    ['chinese', 'words', [`${ANNA_UNKNOWN} `]],
    ['french', 'microsoft365', [`${ANNA_UNKNOWN} `]],
    ['statusInWords', 'rfc3464', ['anna@customer.example failed content_refused permanent 5.7.1']],
    ['brokenMime', 'rfc3464', [`${ANNA_UNKNOWN} 5.1.1`]],
    ['reportInMail', 'rfc3464', [`${ANNA_UNKNOWN} 5.1.1`]],
    ['prototypeField', 'rfc3464', [`${ANNA_UNKNOWN} 5.1.1`]],
  ];

  it.each(ROWS)('reads %s', async (name, format, fates) => {
    const report = await readReport(SAMPLES[name], HINTS);
    expect(lines(report)).toEqual(fates);
    expect(report).toMatchObject({ kind: 'fates', format });
  });

  it('tells the words of the other server, until when it tries, and who reports', async () => {
    const report = await readReport(SAMPLES.twoFates, HINTS);
    expect(report).toMatchObject({ reporter: 'mx.example' });
    expect(fatesOf(report)[0]).toMatchObject({ diagnostic: '552 5.2.2 Mailbox full', address: 'anna@customer.example' });
    expect(fatesOf(report)[1]?.willRetryUntil).toEqual(new Date('2026-11-30T08:00:00Z'));
    expect(fatesOf(report)[1]?.diagnostic).toContain('Connection timed out');
  });

  it('cuts what the other server says to one line of 500 characters without controls', async () => {
    const status = `Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; anna@customer.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 \u0007${'x'.repeat(9000)}\n folded\n`;
    const diagnostic = fatesOf(await readReport(multipartReport('Failed.', status), HINTS))[0]?.diagnostic ?? '';
    expect(diagnostic.length).toBeLessThanOrEqual(500);
    expect(diagnostic).not.toMatch(/\p{Cc}/u);
  });
});

describe('a report that was damaged on its way', () => {
  const damaged = (name: keyof typeof SAMPLES, from: string | RegExp, to: string): Buffer =>
    Buffer.from(SAMPLES[name].toString('utf8').replace(from, to));

  it('is read as a page where the type of the page is lost', async () => {
    const report = await readReport(damaged('microsoft365Details', /Content-Type: text\/html.*\r\n/, ''), HINTS);
    expect(lines(report)).toEqual(['anna@customer.example failed mailbox_full passing ']);
  });

  it('is read in its parts where their boundary is misnamed', async () => {
    const encoded = (part: string): string => Buffer.from(part).toString('base64');
    const status = `Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; ben@other.example\nAction: failed\nStatus: 5.1.1\n`;
    const raw = mail(
      ['', 'From: MAILER-DAEMON@mx.example', 'Subject: Undelivered Mail'],
      'Content-Type: multipart/report; report-type=delivery-status; boundary="rewritten"\n',
      `--b1\nContent-Type: text/plain\n\nFailed.\n--b1\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n${encoded(status)}\n--b1--\n`,
    );
    expect(lines(await readReport(raw, HINTS))).toEqual(['ben@other.example failed no_such_address permanent 5.1.1']);
  });

  it('does not call failed what a server says it has taken', async () => {
    const report = await readReport(
      damaged('postfixDelivered', 'Your message was successfully delivered to the destination(s)', ''),
      HINTS,
    );
    expect(lines(report)).toEqual(['anna@customer.example delivered other passing ']);
  });
});

describe('whom a report is about', () => {
  it('believes the original recipient before the final one, whatever forwarding made of it', async () => {
    expect(fatesOf(await readReport(SAMPLES.forwarded, HINTS))[0]).toMatchObject({
      recipient: 'anna@customer.example',
      address: 'forwarded@far-away.example',
    });
  });

  it('names nobody when several are possible', async () => {
    expect(fatesOf(await readReport(SAMPLES.forwardedWithoutTrace, HINTS))).toMatchObject([
      { recipient: null, address: 'forwarded@far-away.example', action: 'failed' },
    ]);
    expect(fatesOf(await readReport(SAMPLES.noHeaders, HINTS))).toMatchObject([
      { recipient: null, address: null, class: 'no_such_address' },
    ]);
  });

  it('is certain of the only recipient', async () => {
    expect(fatesOf(await readReport(SAMPLES.forwardedWithoutTrace, ALONE))[0]?.recipient).toBe('anna@customer.example');
    expect(fatesOf(await readReport(SAMPLES.noHeaders, ALONE))[0]?.recipient).toBe('anna@customer.example');
  });

  it('is certain of the only recipient where a list or what he forwards has several members, and of nobody else', async () => {
    const members = ['max@far-away.example', 'uwe@far-away.example'].map(
      (to) => `Final-Recipient: rfc822; ${to}\nAction: failed\nStatus: 5.1.1\n`,
    );
    const raw = multipartReport('Failed.', `Reporting-MTA: dns; mx\n\n${members.join('\n')}`);
    expect(fatesOf(await readReport(raw, ALONE)).map((fate) => fate.recipient)).toEqual(['anna@customer.example', 'anna@customer.example']);
    expect(fatesOf(await readReport(raw, HINTS)).map((fate) => fate.recipient)).toEqual([null, null]);
  });

  it('does not take the recipient of one group for that of another', async () => {
    const groups = ['anna@customer.example', 'stranger@far-away.example'].map(
      (to) => `Final-Recipient: rfc822; ${to}\nAction: failed\nStatus: 5.1.1\n`,
    );
    const report = await readReport(multipartReport('Failed.', `Reporting-MTA: dns; mx\n\n${groups.join('\n')}`), ALONE);
    expect(fatesOf(report).map((fate) => fate.recipient)).toEqual(['anna@customer.example', null]);
  });

  it('matches without regard to case and answers the address as it was hinted', async () => {
    const report = await readReport(SAMPLES.postfix, { ...HINTS, recipients: ['Ben@OTHER.example', 'anna@customer.example'] });
    expect(fatesOf(report)[0]?.recipient).toBe('Ben@OTHER.example');
  });

  it('does not find a recipient within a longer address', async () => {
    const report = await readReport(SAMPLES.gmail, { ...HINTS, recipients: ['nna@customer.example', 'anna@customer.exam'] });
    expect(fatesOf(report).filter((fate) => fate.recipient !== null)).toEqual([]);
  });

  it('leaves a report about another message alone', async () => {
    expect(await readReport(SAMPLES.anotherMessage, HINTS)).toEqual({ kind: 'unrelated' });
    expect(await readReport(SAMPLES.anotherMessage, ALONE)).toEqual({ kind: 'unrelated' });
  });
});

describe('what is no report', () => {
  it('tells complaints from praise', async () => {
    expect(await readReport(SAMPLES.complaint, HINTS)).toEqual({ kind: 'complaint', recipient: 'anna@customer.example', source: 'abuse' });
    expect(await readReport(SAMPLES.praise, HINTS)).toEqual({ kind: 'unrelated' });
  });

  it.each([
    ['outOfOffice', true, 'Automatische Antwort: Rechnung'],
    ['answerWithNullSender', true, 'Out of Office: Delivery of invoice failed?'],
    ['absenceBySubject', true, 'Absence du bureau: Facture'],
    ['absenceBySieve', true, 'Auto: Invoice 2026-0042'],
    ['newsletter', false, 'Delivery problems? Our returned mail special'],
    ['ticket', false, '[Ticket 4711] Invoice'],
  ] as const)('recognises the answer of a program: %s', async (name, absence, subject) => {
    expect(await readReport(SAMPLES[name], HINTS)).toMatchObject({ kind: 'auto_reply', absence, subject });
  });

  it.each(['letter', 'spam'] as const)('leaves a %s alone', async (name) => {
    expect(await readReport(SAMPLES[name], ALONE)).toEqual({ kind: 'unrelated' });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['line ends', Buffer.from('\r\n\r\n\r\n')],
    ['bytes', Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256))],
  ])('reads %s as unrelated', async (_, raw) => {
    expect(await readReport(raw, HINTS)).toEqual({ kind: 'unrelated' });
  });
});

describe('what is sent to exhaust the reader', () => {
  const nested = (depth: number): string =>
    depth === 0 ? 'x' : `Content-Type: multipart/mixed; boundary=b${depth}\n\n--b${depth}\n${nested(depth - 1)}\n--b${depth}--\n`;
  const header = ['From: MAILER-DAEMON@mx.example', 'Subject: Undelivered mail'];
  const parted = (parts: string): Buffer => mail(header, 'Content-Type: multipart/mixed; boundary=none\n', parts);
  const returning = (fields: string): Buffer =>
    mail(
      header,
      'Content-Type: multipart/mixed; boundary=b\n',
      `--b\nContent-Type: text/plain\n\nThis message was undeliverable\n--b\nContent-Type: message/rfc822\n\n${fields}\n--b--\n`,
    );
  const HOSTILE: readonly [what: string, raw: () => Buffer][] = [
    ['50 MB', () => Buffer.concat([mail(header, '', 'Failed.\n'), Buffer.alloc(50 * 1024 * 1024, 'a b@c ')])],
    ['one line of 50 MB', () => Buffer.alloc(50 * 1024 * 1024, 0x40)],
    [
      '10,000 parts',
      () => mail(header, 'Content-Type: multipart/mixed; boundary=b\n', '--b\nContent-Type: text/plain\n\nx\n'.repeat(10_000)),
    ],
    ['an endless header', () => Buffer.from(`X: ${'y\n z'.repeat(2_000_000)}`)],
    ['a million fields', () => Buffer.from('A: b\n'.repeat(1_000_000))],
    ['500 levels of parts', () => Buffer.from(nested(500))],
    ['500 levels of mails', () => Buffer.from('Content-Type: message/rfc822\n\n'.repeat(500))],
    ['a million groups', () => multipartReport('x', 'Final-Recipient: rfc822; a@b\n\n'.repeat(1_000_000))],
    [
      'a boundary that every line begins with',
      () => mail(header, 'Content-Type: multipart/mixed; boundary="-"\n', '---x\n'.repeat(200_000)),
    ],
    ['tags without end', () => mail(header, 'Content-Type: text/html\n', '<style <p '.repeat(100_000))],
    ['signs of addresses', () => mail(header, '', 'a.'.repeat(200_000), '@@<'.repeat(100_000))],
    ['encoded words', () => mail([...header.slice(0, 1), `Subject: ${'=?utf-8?q?'.repeat(100_000)}`], '', 'x')],
    ['encoded words in a returned header', () => returning(`To: ${'=?u?q?a?= '.repeat(990)}\n`.repeat(100))],
    ['words without end in a returned header', () => returning(`To: ${'x'.repeat(9900)}@b\n`.repeat(100))],
    ['a megabyte of recipients in a returned header', () => returning(`To: ${'a@ü.ß,'.repeat(1600)}\n`.repeat(100))],
    ['a megabyte of empty lines', () => multipartReport('x', '\n'.repeat(1_000_000))],
    ['a megabyte of groups of a letter', () => multipartReport('x', 'x\n\n'.repeat(330_000))],
    ['what speaks of others', () => mail(header, '', `${'contact       '.repeat(35)}${' a@b'.repeat(120)}\n`.repeat(1000))],
    ['lines of blanks where a boundary is looked for', () => parted(`--${' '.repeat(17_000)}\n`.repeat(58))],
    ['words of all rules', () => mail(header, '', 'user account mailbox is has been over the '.repeat(20_000))],
  ];

  /** Does the work, and returns its result with the CPU time that it took, in microseconds. */
  const measured = async <T>(work: () => T): Promise<[result: Awaited<T>, cpuUs: number]> => {
    const before = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(before);
    return [result, user + system];
  };
  /** Takes a fast machine a tenth of a second, and a slow or busy one longer by as much as reading takes longer there. */
  const count = (): number => {
    let sum = 0;
    for (let n = 0; n < 100_000_000; n += 1) sum += n % 7;
    return sum;
  };
  // Above what any of these takes, and below what would hold up a process. What matters is that the time does not grow with the size.
  const MOST_COUNTS = 6;

  it.each(HOSTILE)('reads %s within bounds', async (_, make) => {
    const raw = make();
    const [, yardstick] = await measured(count);
    const [report, used] = await measured(() => readReport(raw, HINTS));
    expect(fatesOf(report).filter((fate) => fate.recipient !== null)).toEqual([]);
    expect(used / yardstick).toBeLessThan(MOST_COUNTS);
  });
});

describe('altered reports', () => {
  /** `REPORTS_SEED=7` repeats the run that a failure names. */
  const SEED = Number(process.env['REPORTS_SEED'] ?? 20261126);
  const OUTSIDER = 'outsider@never-named.example';
  type Read = { readonly name: string; readonly raw: Buffer; readonly hints: ReportHints };
  const OURS: readonly Read[] = Object.entries(SAMPLES).map(([name, raw]) => ({
    ...{ name, raw },
    hints: { ...HINTS, recipients: [...HINTS.recipients, OUTSIDER] },
  }));
  const ALL: readonly Read[] = [
    ...OURS,
    ...PROVIDER_REPORTS.map(({ name, raw }) => ({ name, raw, hints: { recipients: [...RECIPIENTS, OUTSIDER], messageIds: [MESSAGE_ID] } })),
  ];

  /** Returns a random number generator that gives the same numbers for the same seed (mulberry32). */
  function numbers(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
    };
  }

  const recipientsOf = (report: Report, action?: FateAction): string[] =>
    fatesOf(report).flatMap((fate) => (fate.recipient !== null && (action ?? fate.action) === fate.action ? [fate.recipient] : []));
  const failedIn = async ({ raw, hints }: Read): Promise<ReadonlySet<string>> =>
    new Set(recipientsOf(await readReport(raw, hints), 'failed'));

  /** Reads the report of each run. If a recipient is hit who may not be, it throws an error with the seed that repeats the run. */
  async function hold(
    runs: number,
    make: (
      pick: (below: number) => number,
      run: number,
    ) => Promise<{ name: string; raw: Buffer; hints: ReportHints; may: ReadonlySet<string> }>,
    action?: FateAction,
  ): Promise<void> {
    for (let run = 0; run < runs; run++) {
      const seed = SEED + run;
      const { name, raw, hints, may } = await make(numbers(seed), run);
      const hit = recipientsOf(await readReport(raw, hints), action).filter((recipient) => !may.has(recipient));
      if (hit.length > 0) throw new Error(`REPORTS_SEED=${seed}: ${name} hits ${hit.join(', ')}\n${raw.toString('latin1')}`);
    }
  }

  /**
   * Alters the lines that `isKept` does not name: cuts, doubles, overwrites, removes or inserts something. With `swaps` it may also reorder
   * the lines or cut off the last ones.
   */
  function altered(raw: Buffer, pick: (below: number) => number, isKept: (line: string) => boolean, swaps: boolean): Buffer {
    let lines = raw.toString('latin1').split('\r\n');
    for (let times = 1 + pick(6); times > 0; times--) {
      const index = pick(lines.length);
      const line = lines[index] ?? '';
      const [at, length, kind] = [pick(line.length + 1), pick(80), pick(swaps ? 8 : 6)];
      if (kind > 6) lines.sort(() => pick(3) - 1);
      else if (kind > 5) lines = lines.slice(0, index);
      else if (!isKept(line)) lines.splice(index, 1, ...alteredLine(line, at, length, kind, pick));
    }
    return Buffer.from(lines.join('\r\n'), 'latin1');
  }

  function alteredLine(line: string, at: number, length: number, kind: number, pick: (below: number) => number): string[] {
    const [before, after] = [line.slice(0, at), line.slice(at)];
    if (kind === 0) return [];
    if (kind === 1) return [before];
    if (kind === 2) return [before + line.slice(at + length)];
    if (kind === 3) return [before + line.slice(at, at + length) + after];
    if (kind === 4) return [before + String.fromCharCode(pick(256)) + after.slice(1)];
    return [before + ['\r\n', '\0', '--b1', '=?', '<', '@', ': '][pick(7)]! + after];
  }

  it('bring down nothing and hit nobody whom they do not name, whatever is altered', async () => {
    await hold(10_000, async (pick, run) => {
      const { name, raw, hints } = ALL[run % ALL.length]!;
      const text = raw.toString('utf8').toLowerCase();
      // The recipient with an umlaut is named in the escapes of RFC 6533.
      const may = new Set(hints.recipients.filter((recipient) => recipient.includes('ö') || text.includes(recipient)));
      return { name, raw: altered(raw, pick, () => false, true), hints, may };
    });
  });

  /** The lines that tell what a report says about whom, and what kind of mail it is. */
  const SAYS_WHAT =
    /^(?:action|status|(?:final|original)-recipient|x-failed-recipients|subject|from|to|return-path|precedence|auto-submitted)\s*:|@/i;

  it('fail nobody who has not failed, where what they say of whom is left alone', async () => {
    const failed = new Map(await Promise.all(ALL.map(async (each) => [each.name, await failedIn(each)] as const)));
    await hold(
      10_000,
      (pick, run) => {
        const { name, raw, hints } = ALL[run % ALL.length]!;
        const isKept = (line: string): boolean => SAYS_WHAT.test(line) || saysDelayed(line);
        return Promise.resolve({ name, raw: altered(raw, pick, isKept, false), hints, may: failed.get(name)! });
      },
      'failed',
    );
  });

  it('fail nobody who has failed in neither, where the blocks of two are put together', async () => {
    const kinds = await Promise.all(OURS.map(async (each) => ({ each, report: await readReport(each.raw, each.hints) })));
    const inGroups = kinds.filter(({ report }) => report.kind === 'fates' && report.format === 'rfc3464').map(({ each }) => each);
    const failed = new Map(await Promise.all(inGroups.map(async (each) => [each.name, await failedIn(each)] as const)));
    await hold(
      5000,
      (pick) => {
        const [one, other] = [inGroups[pick(inGroups.length)]!, inGroups[pick(inGroups.length)]!];
        const [begins, ends] = [one, other].map(({ raw }) => raw.toString('latin1').split('\r\n\r\n')) as [string[], string[]];
        const blocks = [...begins.slice(0, 1 + pick(begins.length)), ...ends.slice(pick(ends.length))];
        const may = new Set([...failed.get(one.name)!, ...failed.get(other.name)!]);
        const raw = Buffer.from(blocks.join('\r\n\r\n'), 'latin1');
        return Promise.resolve({ name: `${one.name} + ${other.name}`, raw, hints: one.hints, may });
      },
      'failed',
    );
  });
});
