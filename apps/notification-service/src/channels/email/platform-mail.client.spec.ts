import { type NotificationEnv } from '../../notification.env.js';
import { startMailCatcher, type MailCatcher } from '../../testing/mail-catcher.js';
import { PlatformMailClient } from './platform-mail.client.js';

const email = { subject: 'Hello', text: 'Hello', html: '<p>Hello</p>' };

describe('PlatformMailClient', () => {
  let mail: MailCatcher;
  beforeEach(async () => {
    mail = await startMailCatcher();
  });
  afterEach(() => mail.stop());

  const send = (url: string, address = 'clerk@acme.example') =>
    new PlatformMailClient({ PLATFORM_SMTP_URL: url, PLATFORM_FROM_ADDRESS: 'alerts@billing-mail.example' } as NotificationEnv).send(
      address,
      email,
      'n1.1',
    );

  it('sends without login and encryption where the URL asks for neither', async () => {
    expect(await send(mail.url)).toEqual({ ok: true });
    expect(mail.mails.map(({ recipients }) => recipients)).toEqual([['clerk@acme.example']]);
  });

  it.each([
    ['a password', (url: string) => url.replace('smtp://', 'smtp://user:secret@')],
    ['security=starttls', (url: string) => `${url}?security=starttls`],
  ])('sends nothing, and no password, in clear when there is %s and the server offers no encryption', async (_name, change) => {
    const result = await send(change(mail.url));
    expect(result).toMatchObject({ ok: false, isAddressRefused: false });
    expect([mail.mails.length, mail.logins]).toEqual([0, 0]);
  });

  it.each([
    ['a refused address', { at: 'rcpt', code: 550 }, true],
    ['an address refused for now', { at: 'rcpt', code: 450 }, false],
    ['a refused message', { at: 'data', code: 554 }, false],
  ] as const)('tells %s', async (_name, refusal, isAddressRefused) => {
    mail.refusal = refusal;
    const result = await send(mail.url);
    expect(result).toMatchObject({ ok: false, isAddressRefused });
    expect(JSON.stringify(result)).not.toContain('clerk@');
  });

  it('tells a server that is away', async () => {
    expect(await send('smtp://127.0.0.1:1')).toMatchObject({ ok: false, isAddressRefused: false });
  });
});
