import { randomUUID } from 'node:crypto';
import { eventually } from '@billing-mail/testkit';
import { simpleParser } from 'mailparser';
import request from 'supertest';
import { type CaughtMail } from '../../testing/mail-catcher.js';
import { INCIDENTS, rejected, SAMPLES, SERVER_DOWN, settled } from '../../testing/sample-outcomes.js';
import { authorization, refusedAs, startSurroundings, type TestService, type TestSurroundings } from '../../testing/start-test-service.js';
import { EmailOutboxStore, type OwedEmail } from './email-outbox.store.js';

type Owed = { status: string; attempts: number; waitMs: number; lastError: string | null };

describe('alert e-mails', () => {
  let around: TestSurroundings;
  let service: TestService;
  beforeAll(async () => {
    around = await startSurroundings();
    service = await around.startService();
  });
  afterEach(() => {
    around.mail.refusal = null;
    around.mail.beforeReply = () => Promise.resolve();
  });
  afterAll(() => around.stop());

  const publish = async (...events: unknown[]) => {
    const jobs = await Promise.all(events.map((event) => around.publish(event)));
    await Promise.all(jobs.map((job) => job.finished()));
  };
  const clerk = (team: string, locale: 'en' | 'de' = 'de') => ({
    teamId: team,
    // Each team has a user of its own, because the limit of e-mails is per user.
    requestedBy: { userId: `clerk-${team}`, email: `clerk@${team}.example`, locale },
  });
  const mailsTo = (address: string): CaughtMail[] => around.mail.mails.filter(({ recipients }) => recipients.includes(address));
  const mailTo = (address: string, number = 1) => eventually(() => mailsTo(address)[number - 1]);
  const owed = async (team: string): Promise<Owed> => {
    const [row] = await service.database.query<Owed[]>(
      `SELECT o.status, o.attempts, o.last_error AS "lastError", (extract(epoch FROM o.due_at - now()) * 1000)::float AS "waitMs"
       FROM notify.email_outbox o JOIN notify.notifications n ON n.id = o.notification_id WHERE n.team_id = $1`,
      [team],
    );
    return row ?? { status: 'none', attempts: 0, waitMs: 0, lastError: null };
  };
  const whenStatus = (team: string, status: string) => eventually(async () => ((await owed(team)).status === status ? owed(team) : null));
  const change = (team: string, assignment: string) =>
    service.database.query(
      `UPDATE notify.email_outbox o SET ${assignment} FROM notify.notifications n WHERE n.id = o.notification_id AND n.team_id = $1`,
      [team],
    );
  /** Whether the first e-mail is sent and recorded, so that the one that is owed is another one. */
  const isOver = async (team: string): Promise<boolean> => {
    const [row] = await service.database.query<{ isOver: boolean }[]>(
      `SELECT o.mailed_at IS NOT NULL AS "isOver" FROM notify.email_outbox o JOIN notify.notifications n ON n.id = o.notification_id
       WHERE n.team_id = $1`,
      [team],
    );
    return row?.isOver ?? false;
  };
  const prefer = async (userId: string, body: object) =>
    request(service.url)
      .put('/v1/preferences')
      .set(await authorization({ sub: userId, teams: { acme: 'member' } }))
      .send(body);

  it('go out by the platform server, in the language of the user, and say that a machine wrote them', async () => {
    await publish(SAMPLES.partlySent(clerk('letters')));
    const { raw, recipients } = await mailTo('clerk@letters.example');
    const mail = await simpleParser(raw);
    expect(recipients).toEqual(['clerk@letters.example']);
    expect(mail.from?.value).toEqual([{ name: 'Billing Mail', address: 'alerts@billing-mail.example' }]);
    expect(mail.subject).toBe('[letters] Rechnung „2026-0042“ ging nicht an alle Empfänger');
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail.messageId).toMatch(/^<[0-9a-f-]{36}\.1@billing-mail\.example>$/);
    for (const part of [mail.text ?? '', mail.html || '']) {
      expect(part).toContain('2 von 3 Empfängern');
      expect(part).toContain('gone@customer[.]example');
    }
    expect(raw.every((byte) => byte < 128)).toBe(true);
    await publish(SAMPLES.partlySent(clerk('letters-en', 'en')));
    expect((await simpleParser((await mailTo('clerk@letters-en.example')).raw)).subject).toBe(
      '[letters-en] Invoice “2026-0042” was not sent to everybody',
    );
  });

  it('show foreign text as text, and let nothing of it into a header', async () => {
    const nasty = '7\r\nBcc: thief@example.com\r\n\r\n<script>alert(1)</script>';
    await publish(
      rejected({ documentNumber: nasty, errors: [{ pointer: '/x', message: '<img src=x onerror=alert(1)> & "\'' }] }, clerk('nasty', 'en')),
    );
    const { raw, recipients } = await mailTo('clerk@nasty.example');
    const mail = await simpleParser(raw);
    expect(recipients).toEqual(['clerk@nasty.example']);
    expect([...mail.headers.keys()]).not.toContain('bcc');
    expect(mail.subject).toBe('[nasty] Document “7 Bcc: thief@example[.]com <script>alert(…” was not accepted for sending');
    expect(mail.html).not.toMatch(/<(script|img)/);
    expect(mail.html).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; &quot;&#39;');
    expect(mail.text).toContain('<img src=x onerror=alert(1)>');
  });

  it.each([
    ['of one document to its delivery', 'one', 1, /^https:\/\/console\.example\/mail\/teams\/led-one\/deliveries\/[0-9a-f-]{36}$/],
    ['of several to their list', 'many', 2, /^https:\/\/console\.example\/mail\/teams\/led-many\/deliveries\?status=failed$/],
  ])('lead %s and to the preferences, in text and HTML', async (_name, name, count, url) => {
    const team = `led-${name}`;
    await around.publishGroup(Array.from({ length: count }, () => SAMPLES.failed(clerk(team)))).then((job) => job.finished());
    const mail = await simpleParser((await mailTo(`clerk@${team}.example`)).raw);
    const preferences = `https://console.example/mail/teams/${team}/inbox?show=preferences`;
    const [inHtml, inText] = [/href="([^"]+)"/g, /(https:\S+)/g].map((link, place) =>
      [...((place === 0 ? mail.html || '' : mail.text) ?? '').matchAll(link)].map(([, found]) => found),
    );
    expect(inHtml).toEqual([expect.stringMatching(url), preferences]);
    expect(inText).toEqual(inHtml);
  });

  it('go to the address that the user chose and confirmed', async () => {
    await prefer('chooser', { email: 'home@chooser.example', locale: 'en', channels: { email: true, inbox: false } });
    await service.database.query(`UPDATE notify.preferences SET confirmed_email = email WHERE user_id = 'chooser'`);
    around.mail.mails.length = 0;
    await publish(SAMPLES.failed({ teamId: 'chosen', requestedBy: { userId: 'chooser', email: 'office@chooser.example', locale: 'de' } }));
    expect((await simpleParser((await mailTo('home@chooser.example')).raw)).subject).toBe('[chosen] Invoice “2026-0042” could not be sent');
    expect(mailsTo('office@chooser.example')).toEqual([]);
  });

  it.each([
    ['who switched them off', 'off', { email: 'off@nomail.example', channels: { email: false, inbox: true } }],
    ['who chose no address', 'none', { email: null, channels: { email: true, inbox: true } }],
    ['of whom no address is known', 'unknown', null],
  ])('do not go to a user %s', async (_name, userId, preferences) => {
    if (preferences) await prefer(userId, preferences);
    const email = preferences ? { email: 'learned@nomail.example' } : {};
    await publish(SAMPLES.failed({ teamId: `nomail-${userId}`, requestedBy: { userId, ...email } }));
    await whenStatus(`nomail-${userId}`, 'unwanted');
    expect([...mailsTo('off@nomail.example'), ...mailsTo('learned@nomail.example')]).toEqual([]);
  });

  it('do not go to a user whom the settings of a team name, unless that user is known to belong to it', async () => {
    const named = (teamId: string) => SAMPLES.failed({ teamId, requestedBy: null, notifyUserIds: ['outsider'] });
    await publish(SAMPLES.failed({ teamId: 'home-team', requestedBy: { userId: 'outsider', email: 'outsider@home.example' } }));
    await prefer('outsider', { email: 'outsider@home.example', locale: 'en', channels: { email: true, inbox: true } });
    const before = await refusedAs(service, 'foreign_recipient');
    await publish(named('attackers'));
    await whenStatus('attackers', 'unwanted');
    await service.database.query(`UPDATE notify.preferences SET confirmed_email = email WHERE user_id = 'outsider'`);
    await publish(named('attackers-2'));
    await whenStatus('attackers-2', 'unwanted');
    await eventually(async () => (await refusedAs(service, 'foreign_recipient')) === before + 2);
    await publish(named('acme'));
    await whenStatus('acme', 'sent');
    // For a member nothing counts as refused, even if the member wants no e-mail.
    await prefer('outsider', { email: 'outsider@home.example', channels: { email: false, inbox: true } });
    await publish(SAMPLES.failed({ teamId: 'home-team-2', requestedBy: { userId: 'outsider' } }));
    await whenStatus('home-team-2', 'unwanted');
    await publish(named('attackers-3'));
    await eventually(async () => (await refusedAs(service, 'foreign_recipient')) > before + 2);
    expect(await refusedAs(service, 'foreign_recipient')).toBe(before + 3);
  });

  it('are at most thirty a user and hour, and the rest is one', async () => {
    const trouble = (server: number) => SAMPLES.failedAt(`smtp-${server}.example`, clerk('flooded', 'en'));
    await publish(...Array.from({ length: 40 }, (_, server) => trouble(server)));
    const heldBack = async () =>
      (
        await service.database.query<unknown[]>(
          `SELECT FROM notify.email_outbox o JOIN notify.notifications n ON n.id = o.notification_id
         WHERE n.team_id = 'flooded' AND o.in_digest AND o.status = 'waiting'`,
        )
      ).length;
    await eventually(async () => (await heldBack()) === 10);
    expect(mailsTo('clerk@flooded.example')).toHaveLength(30);
    await service.database.query(`UPDATE notify.email_times SET claimed_at = now() - interval '1 hour' WHERE user_id = 'clerk-flooded'`);
    await change('flooded', `due_at = CASE WHEN o.in_digest THEN now() ELSE o.due_at END`);
    const digest = await simpleParser((await mailTo('clerk@flooded.example', 31)).raw);
    expect(digest.subject).toBe('10 alerts about your documents');
    expect(digest.text).toContain('https://console.example/mail/teams/flooded/inbox\n');
    expect(digest.text?.match(/\[flooded\] Invoice “2026-0042” could not be sent/g)).toHaveLength(10);
    await eventually(async () => (await heldBack()) === 0);
    expect(mailsTo('clerk@flooded.example')).toHaveLength(31);
  });

  it("are not held back by another team that names the user in its settings, and uses up nothing of the user's thirty", async () => {
    const attack = (server: number) =>
      SAMPLES.failedAt(`smtp-${server}.example`, { teamId: 'naming', requestedBy: null, notifyUserIds: ['stranger'] });
    await publish(...Array.from({ length: 30 }, (_, server) => attack(server)));
    await eventually(async () => {
      const ended = await service.database.query<unknown[]>(
        `SELECT FROM notify.email_outbox o JOIN notify.notifications n ON n.id = o.notification_id
         WHERE n.team_id = 'naming' AND o.status = 'unwanted'`,
      );
      return ended.length === 30;
    });
    await publish(SAMPLES.failed({ teamId: 'named', requestedBy: { userId: 'stranger', email: 'stranger@named.example' } }));
    const outcome = await eventually(async () => {
      const [row] = await service.database.query<{ status: string; inDigest: boolean }[]>(
        `SELECT o.status, o.in_digest AS "inDigest" FROM notify.email_outbox o JOIN notify.notifications n ON n.id = o.notification_id
         WHERE n.team_id = 'named' AND (o.status = 'sent' OR o.in_digest)`,
      );
      return row;
    });
    expect(outcome).toEqual({ status: 'sent', inDigest: false });
    expect(mailsTo('stranger@named.example')).toHaveLength(1);
  });

  it.each([
    ['hour', 3_600_000, 0],
    ['day', 86_400_000, 5 * 3_600_000],
  ])('come together once an %s where the user wants that, by the clock', async (digest, everyMs, offsetMs) => {
    const team = `gathered-${digest}`;
    const { requestedBy } = clerk(team, 'en');
    await prefer(requestedBy.userId, { email: requestedBy.email, locale: 'en', channels: { email: true, inbox: true }, digest });
    around.mail.mails.length = 0;
    await publish(SAMPLES.partlySent(clerk(team)), SAMPLES.uncertain(clerk(team)));
    const dueAt = async () =>
      (
        await service.database.query<{ at: Date }[]>(
          `SELECT o.due_at AS at FROM notify.email_outbox o JOIN notify.notifications n ON n.id = o.notification_id
           WHERE n.team_id = $1 AND o.in_digest AND o.status = 'waiting'`,
          [team],
        )
      ).map(({ at }) => at.getTime());
    const due = await eventually(async () => ((await dueAt()).length === 2 ? dueAt() : null));
    for (const at of due) {
      expect((at - offsetMs) % everyMs).toBe(0);
      expect(at).toBeGreaterThan(Date.now() - everyMs);
    }
    expect(mailsTo(requestedBy.email)).toEqual([]);
    await change(team, 'due_at = now()');
    const mail = await simpleParser((await mailTo(requestedBy.email)).raw);
    expect(mail.subject).toBe('2 alerts about your documents');
    expect(mail.text).toContain('was not sent to everybody');
  });

  it('do not go out for a type that the user muted for e-mail, which the inbox shows all the same', async () => {
    const { requestedBy } = clerk('muting');
    const muted = { email: ['delivery_partly_sent'], inbox: [] };
    await prefer(requestedBy.userId, { email: requestedBy.email, channels: { email: true, inbox: true }, muted });
    around.mail.mails.length = 0;
    await publish(SAMPLES.partlySent(clerk('muting')));
    await whenStatus('muting', 'unwanted');
    await publish(SAMPLES.failed({ ...clerk('muting'), teamId: 'muting-else' }));
    await mailTo(requestedBy.email);
    expect(mailsTo(requestedBy.email)).toHaveLength(1);
  });

  it('tell who runs the platform when its certificate runs out', async () => {
    await publish(INCIDENTS.certificateExpiring(14));
    const mail = await simpleParser((await mailTo('operator@billing-mail.example')).raw);
    // The alert belongs to no team, so there is no page to link to.
    expect(mail.html).not.toContain('href');
    expect(mail.subject).toBe('The signing certificate of the platform expires in 14 days');
  });

  it('are not owed for what the whole team is told, nor for a clean sent', async () => {
    await publish(rejected({}, { teamId: 'team-wide', requestedBy: null }), settled({}, clerk('clean')));
    expect([(await owed('team-wide')).status, (await owed('clean')).status]).toEqual(['none', 'none']);
  });

  it('are one at first and then one an hour for the same trouble, with the count', async () => {
    const burst = () => publish(...Array.from({ length: 15 }, () => SAMPLES.failed(clerk('burst'))));
    await burst();
    await mailTo('clerk@burst.example');
    await burst();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(mailsTo('clerk@burst.example')).toHaveLength(1);
    const { status, waitMs } = await owed('burst');
    expect(status).toBe('waiting');
    expect(waitMs).toBeGreaterThan(50 * 60_000);
    expect(waitMs).toBeLessThanOrEqual(60 * 60_000);
    await change('burst', `due_at = now(), mailed_at = now() - interval '1 hour'`);
    const digest = await simpleParser((await mailTo('clerk@burst.example', 2)).raw);
    expect(digest.subject).toBe('[burst] 30 Belege konnten nicht verschickt werden');
    await whenStatus('burst', 'sent');
    // More than an hour later, the next failure is told at once.
    await change('burst', `mailed_at = now() - interval '3 hours'`);
    await publish(SAMPLES.failed(clerk('burst')));
    await mailTo('clerk@burst.example', 3);
  });

  it('are one more for trouble that was told, when the first documents have failed by it for good, and no more for the next ones', async () => {
    const to = clerk('warned', 'en');
    const down = { ...INCIDENTS.serverDown(to), failure: SERVER_DOWN, server: SERVER_DOWN.server ?? '' };
    const failed = () => {
      const event = SAMPLES.failed(to);
      return { ...event, delivery: { ...event.delivery, failure: SERVER_DOWN } };
    };
    const fellBack = { ...failed(), delivery: { ...failed().delivery, status: 'sent', usedFallback: true } };
    await publish(down);
    await mailTo('clerk@warned.example');
    await publish(fellBack);
    expect((await whenStatus('warned', 'sent')).status).toBe('sent');
    await change('warned', `mailed_at = now() - interval '1 day'`);
    await publish(failed());
    const { waitMs } = await whenStatus('warned', 'waiting');
    expect([waitMs > 0, waitMs <= 5 * 60_000]).toEqual([true, true]);
    await publish(failed(), failed());
    await change('warned', 'due_at = now()');
    const mail = await simpleParser((await mailTo('clerk@warned.example', 2)).raw);
    expect(mail.subject).toMatch(/^\[warned\] 3 documents were not sent: your mail server .+ is not accepting mail$/);
    expect(mail.text).toContain('3 documents could not be sent since');
    await whenStatus('warned', 'sent');
    await publish(failed());
    expect((await owed('warned')).status).toBe('sent');
    expect(mailsTo('clerk@warned.example')).toHaveLength(2);
  });

  it('are one more, and no copy of the first, when the first documents fail for good while the warning is on its way', async () => {
    const to = clerk('meanwhile', 'en');
    around.mail.beforeReply = async () => publish(SAMPLES.failed(to));
    await publish({ ...INCIDENTS.serverDown(to), failure: SERVER_DOWN, server: SERVER_DOWN.server ?? '' });
    const warning = await simpleParser((await mailTo('clerk@meanwhile.example')).raw);
    around.mail.beforeReply = () => Promise.resolve();
    const { status, waitMs } = await eventually(async () => ((await isOver('meanwhile')) ? owed('meanwhile') : null));
    expect([status, waitMs > 50 * 60_000]).toEqual(['waiting', true]);
    await change('meanwhile', 'due_at = now()');
    const further = await simpleParser((await mailTo('clerk@meanwhile.example', 2)).raw);
    expect([warning.subject, further.subject]).toEqual([
      expect.stringContaining('is not accepting mail'),
      expect.stringContaining('1 document was not sent'),
    ]);
    expect(further.messageId).not.toBe(warning.messageId);
    await whenStatus('meanwhile', 'sent');
  });

  it.each([
    ['lost', 'for the last time', 2, (outbox: EmailOutboxStore, email: OwedEmail) => outbox.settleAs(email, 'uncertain')],
    ['unwanted', 'because nobody wants it', 0, (outbox: EmailOutboxStore, email: OwedEmail) => outbox.settleAs(email, 'unwanted')],
    [
      'refused',
      'at an address that does not exist',
      0,
      (outbox: EmailOutboxStore, email: OwedEmail) => outbox.settleRefused(email, 'no', false),
    ],
  ])('are one more when the first documents fail for good while the warning is %s %s', async (how, _why, doubts, settle) => {
    const team = `meanwhile-${how}`;
    const to = clerk(team, 'en');
    around.mail.refusal = { at: 'rcpt', code: 450 };
    await publish({ ...INCIDENTS.serverDown(to), failure: SERVER_DOWN, server: SERVER_DOWN.server ?? '' });
    await eventually(async () => (await owed(team)).lastError);
    around.mail.refusal = null;
    // As if a slow process had claimed the e-mail.
    await change(team, `claim_id = gen_random_uuid(), leased_until = now() + interval '1 hour', doubts = ${doubts}`);
    const [email] = await service.database.query<OwedEmail[]>(
      `SELECT json_build_array(json_build_object('notificationId', o.notification_id, 'wanted', o.wanted_count)) AS parts,
         o.claim_id AS "claimId", o.attempts AS attempt, o.doubts, o.released_at AS "doubtedAt"
       FROM notify.email_outbox o JOIN notify.notifications n ON n.id = o.notification_id WHERE n.team_id = $1`,
      [team],
    );
    if (email === undefined) throw new Error('no e-mail is owed');
    await publish(SAMPLES.failed(to));
    await settle(service.app.get(EmailOutboxStore), email);
    expect((await owed(team)).status).toBe('waiting');
    await change(team, 'due_at = now()');
    expect((await simpleParser((await mailTo(`clerk@${team}.example`)).raw)).subject).toContain('1 document was not sent');
  });

  it('are one more for documents that failed for good after the warning was let go twice without an answer', async () => {
    const to = clerk('unanswered', 'en');
    around.mail.refusal = { at: 'rcpt', code: 450 };
    await publish({ ...INCIDENTS.serverDown(to), failure: SERVER_DOWN, server: SERVER_DOWN.server ?? '' });
    await eventually(async () => (await owed('unanswered')).lastError);
    around.mail.refusal = null;
    await change('unanswered', 'doubts = 2, released_at = now()');
    await publish(SAMPLES.failed(to));
    await change('unanswered', 'due_at = now()');
    await eventually(async () => (await owed('unanswered')).attempts === 0);
    const mails = await Promise.all(mailsTo('clerk@unanswered.example').map(({ raw }) => simpleParser(raw)));
    expect(mails.map(({ subject }) => subject)).toEqual([expect.stringContaining('1 document was not sent')]);
  });

  it('wait and are tried again when the platform server does not take them, and are sent once', async () => {
    around.mail.refusal = { at: 'data', code: 451 };
    await publish(SAMPLES.failed(clerk('later')));
    const first = await eventually(async () => ((await owed('later')).lastError ? owed('later') : null));
    expect(first).toMatchObject({ status: 'waiting', attempts: 1, lastError: 'final 451 smtp_server_busy' });
    expect(first.waitMs).toBeGreaterThan(30_000);
    await change('later', 'due_at = now()');
    const second = await eventually(async () =>
      (await owed('later')).attempts === 2 && (await owed('later')).waitMs > 0 ? owed('later') : null,
    );
    expect(second.waitMs).toBeGreaterThan(3 * 60_000);
    around.mail.refusal = null;
    await change('later', 'due_at = now()');
    await whenStatus('later', 'sent');
    expect(mailsTo('clerk@later.example')).toHaveLength(1);
    expect(await owed('later')).toMatchObject({ attempts: 0, lastError: null });
  });

  it('are given up at once when the address does not exist, and tried again when there is more to tell', async () => {
    around.mail.refusal = { at: 'rcpt', code: 550, text: '5.1.1 no such user' };
    await publish(SAMPLES.failed(clerk('gone')));
    await whenStatus('gone', 'no_such_address');
    around.mail.refusal = null;
    await publish(SAMPLES.failed(clerk('gone')));
    expect((await simpleParser((await mailTo('clerk@gone.example')).raw)).subject).toContain('2 Belege');
  });

  it.each([
    ['relay', 'rcpt', 554, '5.7.1 Relay access denied'],
    ['blocked', 'rcpt', 554, '5.7.1 Client host blocked using a block list'],
    ['spam', 'data', 554, '5.7.1 looks like spam'],
    ['full', 'rcpt', 552, '5.2.2 mailbox full'],
    ['wordless', 'rcpt', 550, 'no such user'],
  ] as const)('are tried for two days, with growing waits, when the server refuses them otherwise (%s)', async (team, at, code, text) => {
    around.mail.refusal = { at, code, text };
    await publish(SAMPLES.failed(clerk(team)));
    const failed = await eventually(async () => ((await owed(team)).lastError ? owed(team) : null));
    expect(failed).toMatchObject({ status: 'waiting', attempts: 1 });
    const tryAgain = async (attempts: number, hours: number) => {
      await change(team, `due_at = now(), attempts = ${attempts - 1}, failing_since = now() - interval '${hours} hours'`);
      return eventually(async () => {
        const now = await owed(team);
        return now.attempts === attempts && (now.waitMs > 0 || now.status !== 'waiting') ? now : null;
      });
    };
    const late = await tryAgain(9, 47);
    expect(late.status).toBe('waiting');
    expect(late.waitMs).toBeGreaterThan(230 * 60_000);
    expect((await tryAgain(10, 49)).status).toBe('gave_up');
    around.mail.refusal = null;
    await publish(SAMPLES.failed(clerk(team)));
    expect((await simpleParser((await mailTo(`clerk@${team}.example`)).raw)).subject).toContain('2 Belege');
  });

  it('are taken over from a process that claimed them and died, thirty seconds later and not before', async () => {
    around.mail.refusal = { at: 'rcpt', code: 450 };
    await publish(SAMPLES.failed(clerk('claimed')));
    await eventually(async () => (await owed('claimed')).lastError);
    around.mail.refusal = null;
    await change('claimed', `due_at = now(), claim_id = gen_random_uuid(), leased_until = now() + interval '1 hour'`);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(mailsTo('clerk@claimed.example')).toEqual([]);
    await change('claimed', `leased_until = now()`);
    await mailTo('clerk@claimed.example');
    await whenStatus('claimed', 'sent');
  });

  it('hold a claim for thirty seconds', async () => {
    let going = () => {};
    around.mail.beforeReply = () => new Promise((resolve) => (going = resolve));
    await publish(SAMPLES.failed(clerk('lease')));
    const leaseMs = await eventually(async () => {
      const [row] = await service.database.query<{ ms: number }[]>(
        `SELECT (extract(epoch FROM leased_until - now()) * 1000)::float AS ms FROM notify.email_outbox WHERE doubts = 1`,
      );
      return row?.ms;
    });
    expect(leaseMs).toBeLessThanOrEqual(30_000);
    expect(leaseMs).toBeGreaterThan(0);
    around.mail.beforeReply = () => Promise.resolve();
    going();
    await whenStatus('lease', 'sent');
  });

  it('are sent once more, as the same e-mail, when a process died between the end of data and the answer, and then no more', async () => {
    around.mail.refusal = { at: 'rcpt', code: 450 };
    await publish(SAMPLES.failed(clerk('doubt')));
    await eventually(async () => (await owed('doubt')).lastError);
    around.mail.refusal = null;
    const died = `due_at = now(), claim_id = gen_random_uuid(), leased_until = now() - interval '1 second', released_at = '2026-11-03T08:00:00Z'`;
    await change('doubt', `${died}, doubts = 1`);
    const { raw } = await mailTo('clerk@doubt.example');
    const mail = await simpleParser(raw);
    expect(mail.date?.toISOString()).toBe('2026-11-03T08:00:00.000Z');
    expect(mail.messageId).toMatch(/\.1@/);
    await whenStatus('doubt', 'sent');
    await change('doubt', `${died}, status = 'waiting', doubts = 2`);
    await whenStatus('doubt', 'uncertain');
    expect(mailsTo('clerk@doubt.example')).toHaveLength(1);
    // Further news makes another e-mail.
    await change('doubt', `mailed_at = now() - interval '1 hour'`);
    await publish(SAMPLES.failed(clerk('doubt')));
    await mailTo('clerk@doubt.example', 2);
  });

  it('are sent once more when the link is lost after the end of data, and a doubt outlives refusals', async () => {
    around.mail.beforeReply = () => around.mail.cut();
    await publish(SAMPLES.failed(clerk('cut')));
    const doubtful = await eventually(async () => ((await owed('cut')).lastError ? owed('cut') : null));
    expect(doubtful).toMatchObject({ status: 'waiting', lastError: 'final no_final_reply' });
    around.mail.beforeReply = () => Promise.resolve();
    around.mail.refusal = { at: 'data', code: 451 };
    await change('cut', 'due_at = now()');
    await eventually(async () => (await owed('cut')).lastError === 'final 451 smtp_server_busy');
    around.mail.refusal = null;
    around.mail.beforeReply = () => around.mail.cut();
    await change('cut', 'due_at = now()');
    await eventually(async () => (await owed('cut')).attempts === 3 && (await owed('cut')).waitMs > 0);
    await change('cut', 'due_at = now()');
    await whenStatus('cut', 'uncertain');
  });

  it('are not let go by a process whose claim was lost', async () => {
    around.mail.refusal = { at: 'rcpt', code: 450 };
    await publish(SAMPLES.failed(clerk('stalled')));
    await eventually(async () => (await owed('stalled')).lastError);
    around.mail.refusal = null;
    const [email] = await service.database.query<OwedEmail[]>(
      `SELECT json_build_array(json_build_object('notificationId', o.notification_id)) AS parts, gen_random_uuid() AS "claimId", o.doubts
       FROM notify.email_outbox o JOIN notify.notifications n ON n.id = o.notification_id WHERE n.team_id = 'stalled'`,
    );
    if (email === undefined) throw new Error('no e-mail is owed');
    const outbox = service.app.get(EmailOutboxStore);
    const held = async (claimId: string, lease: string) => {
      await change('stalled', `claim_id = '${claimId}', leased_until = now() + interval '${lease}'`);
      return outbox.release(email, new Date());
    };
    expect(await held(email.claimId, '-1 second')).toBe(false);
    expect(await held(randomUUID(), '1 hour')).toBe(false);
    expect(await held(email.claimId, '1 hour')).toBe(true);
  });

  it('are shared by two processes, each sent once, also those of a process that died', async () => {
    const other = await around.startService();
    await publish(
      ...Array.from({ length: 30 }, (_, index) =>
        SAMPLES.partlySent({ teamId: 'shared', requestedBy: { userId: `u${index}`, email: `u${index}@shared.example` } }),
      ),
    );
    await eventually(() =>
      Array.from({ length: 30 }, (_, index) => mailsTo(`u${index}@shared.example`).length).every((count) => count > 0),
    );
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(Array.from({ length: 30 }, (_, index) => mailsTo(`u${index}@shared.example`).length)).toEqual(
      Array.from({ length: 30 }, () => 1),
    );
    await other.close();
    await change('shared', `status = 'waiting', due_at = now(), leased_until = now() + interval '2 seconds', claim_id = gen_random_uuid()`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(mailsTo('u0@shared.example')).toHaveLength(1);
    await eventually(() =>
      Array.from({ length: 30 }, (_, index) => mailsTo(`u${index}@shared.example`).length).every((count) => count === 2),
    );
  });

  it('are not sent again when PostgreSQL goes away between the sending and its record', async () => {
    around.mail.beforeReply = async () => around.db.halt('immediate');
    await publish(SAMPLES.partlySent(clerk('unrecorded')));
    await mailTo('clerk@unrecorded.example');
    await new Promise((resolve) => setTimeout(resolve, 500));
    around.mail.beforeReply = () => Promise.resolve();
    await around.db.start();
    await whenStatus('unrecorded', 'sent');
    expect(mailsTo('clerk@unrecorded.example')).toHaveLength(1);
  });
});
