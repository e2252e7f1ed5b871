import { type NotificationEnv } from '../../notification.env.js';
import { startMailCatcher, type MailCatcher } from '../../testing/mail-catcher.js';
import { type OutgoingAlert, PlatformMailClient, type SendResult } from './platform-mail.client.js';

const alert = (changes: Partial<OutgoingAlert> = {}): OutgoingAlert => ({
  email: { subject: 'Hello', text: 'Hello', html: '<p>Hello</p>' },
  address: 'clerk@acme.example',
  id: 'n1.1',
  date: new Date('2026-11-03T08:00:00Z'),
  releaseEndOfData: () => Promise.resolve(true),
  signal: new AbortController().signal,
  ...changes,
});

describe('PlatformMailClient', () => {
  let mail: MailCatcher;
  beforeEach(async () => {
    mail = await startMailCatcher();
  });
  afterEach(() => mail.stop());

  const send = async (url: string, changes: Partial<OutgoingAlert> = {}, given: Partial<NotificationEnv> = {}): Promise<SendResult> => {
    const env = { PLATFORM_SMTP_URL: url, PLATFORM_FROM_ADDRESS: 'alerts@billing-mail.example', ...given };
    const client = new PlatformMailClient(env as NotificationEnv);
    const result = await client.send(alert(changes));
    await client.onApplicationShutdown();
    return result;
  };

  it('sends without login and encryption where the URL asks for neither', async () => {
    expect(await send(mail.url)).toEqual({ outcome: 'sent' });
    expect(mail.mails.map(({ recipients }) => recipients)).toEqual([['clerk@acme.example']]);
  });

  it('introduces itself by the configured name', async () => {
    await send(mail.url, {}, { SMTP_CLIENT_NAME: 'billing.platform.example' });
    expect(mail.names).toEqual(['billing.platform.example']);
  });

  it('sends the same bytes for the same alert', async () => {
    await send(mail.url);
    await send(mail.url);
    const [first, second] = mail.mails.map(({ raw }) => raw.toString('latin1').replace(/^Received:.*\r\n(?:[ \t].*\r\n)*/, ''));
    expect(second).toBe(first);
    expect(first).toContain('Message-ID: <n1.1@billing-mail.example>');
  });

  it.each([
    ['a password', (url: string) => url.replace('smtp://', 'smtp://user:secret@')],
    ['security=starttls', (url: string) => `${url}?security=starttls`],
  ])('sends nothing, and no password, in clear when there is %s and the server offers no encryption', async (_name, change) => {
    const result = await send(change(mail.url));
    expect(result).toMatchObject({ outcome: 'refused', addressExists: true });
    expect([mail.mails.length, mail.logins]).toEqual([0, 0]);
  });

  it.each([
    ['5.1.1', '550', false],
    ['5.1.2', '550', false],
    ['5.1.3', '553', false],
    ['5.1.10', '550', false],
    ['5.7.1 Service unavailable; client blocked using a list', '554', true],
    ['5.7.1 Relay access denied', '554', true],
    ['5.2.1 mailbox disabled', '550', true],
    ['4.1.1 not yet verified', '450', true],
    ['mailbox unavailable', '550', true],
  ])('takes %s at the recipient for an address that does not exist only where it says so', async (text, code, addressExists) => {
    mail.refusal = { at: 'rcpt', code: Number(code), text: `${text} <clerk@acme.example>` };
    const result = await send(mail.url);
    expect(result).toMatchObject({ outcome: 'refused', addressExists });
    expect(JSON.stringify(result)).not.toContain('clerk@');
  });

  it('tells a refused message and a server that is away as trouble that may pass', async () => {
    mail.refusal = { at: 'data', code: 554 };
    expect(await send(mail.url)).toMatchObject({ outcome: 'refused', addressExists: true });
    expect(await send('smtp://127.0.0.1:1')).toMatchObject({ outcome: 'refused', addressExists: true });
  });

  describe('with a second server', () => {
    let second: MailCatcher;
    beforeEach(async () => {
      second = await startMailCatcher();
    });
    afterEach(() => second.stop());
    const sendByBoth = (changes: Partial<OutgoingAlert> = {}, url = mail.url) => send(url, changes, { ALERT_SMTP_URL: second.url });

    it('leaves it alone while the first takes the alert', async () => {
      expect(await sendByBoth()).toEqual({ outcome: 'sent' });
      expect([mail.mails.length, second.mails.length]).toEqual([1, 0]);
    });

    it.each([
      ['is away', 'smtp://127.0.0.1:1', null],
      ['refuses', undefined, { at: 'rcpt', code: 554, text: '5.7.1 client blocked' }],
      ['refuses at the end of data', undefined, { at: 'data', code: 451, text: 'later' }],
    ] as const)('goes by it when the first %s, as the same e-mail', async (_name, url, refusal) => {
      mail.refusal = refusal;
      expect(await sendByBoth({}, url)).toEqual({ outcome: 'sent' });
      expect(second.mails.map(({ recipients }) => recipients)).toEqual([['clerk@acme.example']]);
      expect(second.mails[0]?.raw.toString()).toContain('Message-ID: <n1.1@billing-mail.example>');
    });

    it('is not tried with an address that does not exist, nor after an end of data of which nobody knows what became', async () => {
      mail.refusal = { at: 'rcpt', code: 550, text: '5.1.1 no such user' };
      expect(await sendByBoth()).toMatchObject({ outcome: 'refused', addressExists: false });
      mail.refusal = null;
      mail.beforeReply = () => mail.cut();
      expect(await sendByBoth()).toMatchObject({ outcome: 'doubtful' });
      expect(second.mails).toEqual([]);
    });

    it('says what both said when neither takes it', async () => {
      mail.refusal = { at: 'data', code: 451 };
      second.refusal = { at: 'rcpt', code: 450 };
      expect(await sendByBoth()).toEqual({
        outcome: 'refused',
        addressExists: true,
        error: expect.stringMatching(/^final 451 .*; second server: rcpt 450 /),
      });
    });
  });

  it('holds the end of data back when the gate says no, and when the claim is lost', async () => {
    expect(await send(mail.url, { releaseEndOfData: () => Promise.resolve(false) })).toMatchObject({ outcome: 'held' });
    expect(await send(mail.url, { releaseEndOfData: () => Promise.reject(new Error('PostgreSQL is away')) })).toMatchObject({
      outcome: 'held',
    });
    const lost = new AbortController();
    const whenLost = () => Promise.resolve(lost.abort()).then(() => true);
    expect(await send(mail.url, { releaseEndOfData: whenLost, signal: lost.signal })).toMatchObject({ outcome: 'held' });
    expect(mail.mails).toEqual([]);
  });

  it('tells a doubt when the link is lost after the end of data', async () => {
    const stopping = mail;
    mail.beforeReply = () => stopping.cut();
    expect(await send(mail.url)).toMatchObject({ outcome: 'doubtful' });
  });

  it('gives an address that no e-mail can hold a result of its own', async () => {
    expect(await send(mail.url, { address: 'a\r\nb@acme.example' })).toMatchObject({ outcome: 'refused', addressExists: true });
    expect(mail.mails).toEqual([]);
  });
});
