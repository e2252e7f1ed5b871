import { simpleParser } from 'mailparser';
import request from 'supertest';
import { type CaughtMail } from '../../testing/mail-catcher.js';
import { rejected, SAMPLES, settled } from '../../testing/sample-outcomes.js';
import { authorization, eventually, startSurroundings, type TestService, type TestSurroundings } from '../../testing/start-test-service.js';

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
    requestedBy: { userId: 'clerk', email: `clerk@${team}.example`, locale },
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
    expect(mail.subject).toBe('Rechnung 2026-0042 hat nicht alle Empfänger erreicht');
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail.messageId).toMatch(/^<[0-9a-f-]{36}\.1@billing-mail\.example>$/);
    for (const part of [mail.text ?? '', mail.html || '']) {
      expect(part).toContain('2 von 3 Empfängern');
      expect(part).toContain('gone@customer.example');
    }
    expect(raw.every((byte) => byte < 128)).toBe(true);
    await publish(SAMPLES.partlySent(clerk('letters-en', 'en')));
    expect((await simpleParser((await mailTo('clerk@letters-en.example')).raw)).subject).toBe('Invoice 2026-0042 did not reach everybody');
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
    expect(mail.subject).toBe('Document 7 Bcc: thief@example.com <script>alert(1)</script> was not accepted for sending');
    expect(mail.html).not.toMatch(/<(script|img)/);
    expect(mail.html).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; &quot;&#39;');
    expect(mail.text).toContain('<img src=x onerror=alert(1)>');
  });

  it('go to the address that the user chose', async () => {
    await prefer('chooser', { email: 'home@chooser.example', locale: 'en', channels: { email: true, inbox: false } });
    await publish(SAMPLES.failed({ teamId: 'chosen', requestedBy: { userId: 'chooser', email: 'office@chooser.example', locale: 'de' } }));
    expect((await simpleParser((await mailTo('home@chooser.example')).raw)).subject).toBe('Invoice 2026-0042 could not be sent');
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
    expect(waitMs).toBeGreaterThan(59 * 60_000 - 5000);
    expect(waitMs).toBeLessThanOrEqual(60 * 60_000);
    await change('burst', `due_at = now(), mailed_at = now() - interval '1 hour'`);
    const digest = await simpleParser((await mailTo('clerk@burst.example', 2)).raw);
    expect(digest.subject).toBe('30 Dokumente konnten nicht verschickt werden');
    await whenStatus('burst', 'sent');
    // An hour and more later the next one is told at once.
    await change('burst', `mailed_at = now() - interval '3 hours'`);
    await publish(SAMPLES.failed(clerk('burst')));
    await mailTo('clerk@burst.example', 3);
  });

  it('wait and are tried again when the platform server does not take them, and are sent once', async () => {
    around.mail.refusal = { at: 'data', code: 451 };
    await publish(SAMPLES.failed(clerk('later')));
    const first = await eventually(async () => ((await owed('later')).lastError ? owed('later') : null));
    expect(first).toMatchObject({ status: 'waiting', attempts: 1, lastError: 'EMESSAGE DATA 451' });
    expect(first.waitMs).toBeGreaterThan(50_000);
    await change('later', 'due_at = now()');
    const second = await eventually(async () =>
      (await owed('later')).attempts === 2 && (await owed('later')).waitMs > 0 ? owed('later') : null,
    );
    expect(second.waitMs).toBeGreaterThan(4 * 60_000);
    around.mail.refusal = null;
    await change('later', 'due_at = now()');
    await whenStatus('later', 'sent');
    expect(mailsTo('clerk@later.example')).toHaveLength(1);
    expect(await owed('later')).toMatchObject({ attempts: 0, lastError: null });
  });

  it('are given up at once when the address is refused for good, and after a day of other trouble', async () => {
    around.mail.refusal = { at: 'rcpt', code: 550 };
    await publish(SAMPLES.failed(clerk('gone')));
    await whenStatus('gone', 'gave_up');
    around.mail.refusal = { at: 'rcpt', code: 450 };
    await publish(SAMPLES.failed(clerk('long')));
    await eventually(async () => (await owed('long')).lastError);
    await change('long', `due_at = now(), failing_since = now() - interval '25 hours'`);
    await whenStatus('long', 'gave_up');
    around.mail.refusal = null;
    await publish(SAMPLES.failed(clerk('long')));
    expect((await simpleParser((await mailTo('clerk@long.example')).raw)).subject).toContain('2 Dokumente');
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
