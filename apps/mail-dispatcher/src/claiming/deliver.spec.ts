// A document's way from the queue into a mailbox, on real PostgreSQL, Redis and SMTP sockets.
import { simpleParser } from 'mailparser';
import { eventually, verifyWithGpgsm, verifyWithOpenssl } from '@billing-mail/testkit';
import { BacklogWatch } from '../settling/backlog-watch.js';
import { type Harness, invoice, ownServer, PLATFORM_FROM, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

describe('a delivery', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.stop());
  beforeEach(() => harness.reset());

  const onlyMessage = async (server = harness.platform) => {
    const [message, ...more] = await server.waitFor(1);
    expect(more).toEqual([]);
    const raw = message?.raw ?? Buffer.alloc(0);
    return { message, raw, parsed: await simpleParser(raw) };
  };

  it('goes out by the platform, signed, with the company name, the document and the copies', async () => {
    await harness.saveSettings(
      teamSettings('acme', { cc: [{ address: 'boss@acme.example', name: 'Boss' }], bcc: [{ address: 'controlling@acme.example' }] }),
    );
    const job = invoice();
    await harness.publish(job);
    const delivery = await harness.until('acme', job.key);
    expect(delivery).toMatchObject({ status: 'sent', route: 'platform', signed: true, usedFallback: false, failure: null });
    expect(delivery.attempts).toMatchObject([{ number: 1, route: 'platform', outcome: 'accepted', stage: 'final', code: 250 }]);
    expect(harness.platform.transactions.map(({ recipients }) => recipients.map(({ address }) => address))).toEqual([
      ['payables@customer.example', 'boss@acme.example', 'controlling@acme.example'],
    ]);
    const { parsed, raw } = await onlyMessage();
    expect(parsed.from?.value).toEqual([{ address: PLATFORM_FROM, name: 'ACME GmbH' }]);
    expect(parsed.replyTo?.value[0]?.address).toBe('billing@acme.example');
    expect([parsed.to, parsed.cc].map((field) => (Array.isArray(field) ? [] : field?.value.map(({ address }) => address)))).toEqual([
      ['payables@customer.example'],
      ['boss@acme.example'],
    ]);
    expect(raw.includes('controlling@')).toBe(false);
    expect(parsed.attachments.find(({ filename }) => filename === '2026-0042.pdf')?.content.toString()).toBe('%PDF-1.7 invoice');
    expect((await verifyWithOpenssl(raw, { caPem: harness.identity.caPem, from: PLATFORM_FROM })).ok).toBe(true);
  });

  it('is counted once by what became of it, and so is what waits and what is set aside', async () => {
    const figure = async (series: string): Promise<number> => {
      const { text } = await harness.http().get('/metrics').expect(200);
      const line = text.split('\n').find((candidate) => candidate.startsWith(`billing_mail_${series} `));
      return Number(line?.split(' ').at(-1) ?? 0);
    };
    const series = [
      'deliveries_settled_total{status="sent",route="platform"}',
      'deliveries_settled_total{status="failed",route="platform"}',
      'delivery_duration_seconds_count{route="platform"}',
      'tries_total{route="platform",outcome="accepted",stage="final"}',
      'smtp_replies_total{route="platform",class="2xx"}',
      'smtp_replies_total{route="platform",class="5xx"}',
      'rejected_jobs_total{reason="invalid"}',
      'document_store_duration_seconds_count{operation="put",result="ok"}',
    ];
    const figures = () => Promise.all(series.map(figure));
    const before = await figures();
    await harness.saveSettings(teamSettings('acme'));
    const sent = invoice();
    await harness.publish(sent);
    await harness.until('acme', sent.key);
    await harness.queue.add('send', { ...invoice(), subject: 7 });
    harness.platform.script = { rcpt: '550 5.1.1 nobody here' };
    const failed = invoice();
    await harness.publish(failed);
    await harness.until('acme', failed.key);
    const rises = async () => (await figures()).map((value, index) => value - (before[index] ?? 0));
    await eventually(rises, (now) => now[6] === 1);
    expect(await rises()).toEqual([1, 1, 2, 1, 1, 1, 1, 2]);

    harness.platform.script = { rcpt: '450 4.2.0 later' };
    await harness.stopResponder();
    const waits = invoice({ teamId: 'unheard-of' });
    await harness.publish(waits);
    await harness.until('unheard-of', waits.key, ({ failure }) => failure !== null);
    await harness.apps[0]?.get(BacklogWatch).look();
    expect(await figure('deliveries_waiting{state="later"}')).toBe(1);
    await harness.startResponder();
    expect(await figure('queue_jobs{queue="dispatch",state="failed"}')).toBe(0);
    await harness.until('unheard-of', waits.key);
  });

  it('passes the verifiers as captured, with exactly the given recipients shown, and fails them with one byte changed', async () => {
    const cc = [{ address: 'boss@acme.example', name: 'Bøss, "the" 😀' }, { address: 'second@acme.example' }];
    const bcc = Array.from({ length: 60 }, (_, index) => ({ address: `hidden-${index}@acme.example`, name: `Hidden ${index}` }));
    await harness.saveSettings(teamSettings('acme', { cc, bcc }));
    const to = [{ address: 'a@customer.example', name: 'Änne' }, { address: 'b@customer.example' }];
    const job = invoice({ to, cc: [{ address: 'copy@customer.example' }], bcc: [{ address: 'hidden-x@customer.example' }] });
    await harness.publish(job);
    const raw = harness.rawOf(await harness.until('acme', job.key));
    const shown = await simpleParser(raw);
    const addresses = (field: typeof shown.to) =>
      (Array.isArray(field) ? field : field ? [field] : []).flatMap(({ value }) => value.map(({ address }) => address));
    expect(addresses(shown.to)).toEqual(['a@customer.example', 'b@customer.example']);
    expect(addresses(shown.cc)).toEqual(['copy@customer.example', 'boss@acme.example', 'second@acme.example']);
    expect(raw.toString('latin1')).not.toMatch(/hidden|^bcc:/im);
    const verify = async (bytes: Buffer) => {
      const { caPem } = harness.identity;
      return [(await verifyWithOpenssl(bytes, { caPem, from: PLATFORM_FROM })).ok, (await verifyWithGpgsm(bytes, { caPem })).ok];
    };
    expect(await verify(raw)).toEqual([true, true]);
    const changed = (before: string, after: string) => {
      const at = raw.indexOf(before);
      expect([at > 0, before.length]).toEqual([true, after.length]);
      return Buffer.concat([raw.subarray(0, at), Buffer.from(after), raw.subarray(at + before.length)]);
    };
    const document = Buffer.from('%PDF-1.7 invoice').toString('base64');
    for (const tampered of [
      changed('Please find', 'please find'),
      changed(document, document.replace('J', 'K')),
      changed('2026-0042.pdf', '2026-0043.pdf'),
    ]) {
      expect(await verify(tampered)).toEqual([false, false]);
    }
  });

  it("goes out by the team's own server, unsigned, from its address; the platform's server sees nothing", async () => {
    harness.custom.script = { security: 'starttls', accounts: [{ username: 'billing', password: 'geheim' }] };
    await harness.saveSettings(
      teamSettings('acme', { sender: 'custom', smtp: harness.serverWithPassword('acme', harness.custom.port, 'geheim') }),
    );
    const job = invoice();
    await harness.publish(job);
    expect(await harness.until('acme', job.key)).toMatchObject({
      status: 'sent',
      route: 'custom',
      signed: false,
      attempts: [{ tls: expect.stringMatching('TLSv1') }],
    });
    const { message, parsed, raw } = await onlyMessage(harness.custom);
    expect(message?.from).toBe('billing@acme.example');
    expect(parsed.from?.value).toEqual([{ address: 'billing@acme.example', name: 'ACME Billing' }]);
    expect(raw.includes('pkcs7')).toBe(false);
    expect(harness.platform.connections.flatMap(({ commands }) => commands)).toEqual([]);
  });

  it('takes three tries to a server that is down, then falls back, signed, and tells the user', async () => {
    await harness.saveSettings(
      teamSettings('acme', { sender: 'custom', smtp: ownServer(1), fallback: true, replyTo: null, notifyUserIds: ['u3'] }),
    );
    const job = invoice();
    await harness.publish(job);
    const delivery = await harness.until('acme', job.key);
    expect(delivery).toMatchObject({
      status: 'sent',
      route: 'platform',
      usedFallback: true,
      signed: true,
      failure: { code: 'smtp_unreachable' },
    });
    expect(delivery.attempts.map(({ route, outcome, stage }) => [route, outcome, stage])).toEqual([
      ...Array.from({ length: 3 }, () => ['custom', 'failed', 'connect']),
      ['platform', 'accepted', 'final'],
    ]);
    const { parsed, raw } = await onlyMessage();
    expect(parsed.replyTo?.value[0]?.address).toBe('billing@acme.example');
    // With another sender it is another message: its Message-ID has the domain of that sender, and it refers to no message that nobody has
    // received.
    expect([parsed.messageId, delivery.messageId]).toEqual(Array(2).fill(`<${delivery.id}.2@${PLATFORM_FROM.replace(/.*@/, '')}>`));
    expect([parsed.references, parsed.inReplyTo]).toEqual([undefined, undefined]);
    for (const search of [`<${delivery.id}@acme.example>`, parsed.messageId ?? '']) {
      const { body } = await harness
        .http()
        .get('/v1/teams/acme/deliveries')
        .query({ search })
        .set('Authorization', `Bearer ${harness.serviceToken}`);
      expect([search, body.items.map(({ id }: { id: string }) => id)]).toEqual([search, [delivery.id]]);
    }
    expect((await verifyWithOpenssl(raw, { caPem: harness.identity.caPem, from: PLATFORM_FROM })).ok).toBe(true);
    expect(await harness.outcomeOf(job.key)).toMatchObject({
      type: 'delivery_settled',
      notifyUserIds: ['u3'],
      requestedBy: { userId: 'u17' },
      delivery: { status: 'sent', usedFallback: true, failure: { code: 'smtp_unreachable' } },
    });
  });

  it('fails after three tries without the fallback; the platform sees no byte', async () => {
    harness.custom.script = { final: '451 4.3.0 try again later' };
    await harness.saveSettings(teamSettings('acme', { sender: 'custom', smtp: ownServer(harness.custom.port) }));
    const job = invoice();
    await harness.publish(job);
    const delivery = await harness.until('acme', job.key);
    expect(delivery).toMatchObject({ status: 'failed', route: 'custom' });
    expect(delivery.attempts).toMatchObject(
      Array.from({ length: 3 }, () => ({ outcome: 'failed', stage: 'final', code: 451, enhancedCode: '4.3.0' })),
    );
    expect(new Set(harness.custom.transactions.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(harness.platform.connections.flatMap(({ commands }) => commands)).toEqual([]);
  });

  it('sends once to those accepted, tries the refused one three times, and says which and why', async () => {
    await harness.saveSettings(teamSettings('acme'));
    harness.platform.script = { rcpt: (address) => (address.startsWith('full@') ? '452 4.2.2 mailbox full' : '250 ok') };
    const job = invoice({
      to: [{ address: 'a@customer.example' }, { address: 'full@customer.example' }, { address: 'c@customer.example' }],
    });
    await harness.publish(job);
    const delivery = await harness.until('acme', job.key);
    expect(delivery.status).toBe('partly_sent');
    expect(delivery.recipients.map(({ status }) => status)).toEqual(['accepted', 'rejected', 'accepted']);
    expect(delivery.attempts).toHaveLength(3);
    expect(
      harness.platform.messages.map(({ recipients }) => recipients.filter(({ accepted }) => accepted).map(({ address }) => address)),
    ).toEqual([['a@customer.example', 'c@customer.example']]);
    expect(await harness.outcomeOf(job.key)).toMatchObject({
      delivery: {
        troubled: [{ address: 'full@customer.example', failure: { code: 'mailbox_full', reply: expect.stringContaining('4.2.2') } }],
      },
    });
  });

  it('goes to all in one try, by no other route, where the server takes five recipients at a time', async () => {
    harness.custom.script = { rcpt: (_address, index) => (index < 5 ? '250 ok' : '452 4.5.3 too many recipients') };
    await harness.saveSettings(teamSettings('acme', { sender: 'custom', smtp: ownServer(harness.custom.port), fallback: true }));
    const to = Array.from({ length: 18 }, (_, index) => ({ address: `r${index}@customer.example` }));
    const job = invoice({ to, cc: [{ address: 'copy@customer.example' }], bcc: [{ address: 'hidden@customer.example' }] });
    await harness.publish(job);
    const delivery = await harness.until('acme', job.key);
    expect(delivery).toMatchObject({ status: 'sent', route: 'custom', usedFallback: false, failure: null });
    expect(delivery.attempts).toMatchObject([{ number: 1, outcome: 'accepted' }]);
    expect(delivery.recipients.every(({ status }) => status === 'accepted')).toBe(true);
    const taken = harness.custom.messages.map(({ recipients }) =>
      recipients.filter(({ accepted }) => accepted).map(({ address }) => address),
    );
    expect(taken.map(({ length }) => length)).toEqual([5, 5, 5, 5]);
    expect(new Set(taken.flat()).size).toBe(20);
    expect(new Set(harness.custom.messages.map(({ sha256 }) => sha256)).size).toBe(1);
  });

  it('does not try a recipient again that does not exist', async () => {
    await harness.saveSettings(teamSettings('acme'));
    harness.platform.script = { rcpt: '550 5.1.1 no such user' };
    const job = invoice();
    await harness.publish(job);
    const delivery = await harness.until('acme', job.key);
    expect([delivery.status, delivery.attempts.length]).toEqual(['failed', 1]);
  });

  it('repeats the same bytes once after an end of data without an answer, then says that nobody knows', async () => {
    await harness.saveSettings(teamSettings('acme'));
    harness.platform.script = { final: 'close' };
    const job = invoice();
    await harness.publish(job);
    const delivery = await harness.until('acme', job.key);
    expect(delivery.status).toBe('uncertain');
    expect(delivery.attempts.map(({ outcome, stage }) => [outcome, stage])).toEqual([
      ['uncertain', 'final'],
      ['uncertain', 'final'],
    ]);
    expect(harness.platform.messages).toHaveLength(2);
    expect(new Set(harness.platform.messages.map(({ sha256 }) => sha256)).size).toBe(1);
  });
});
