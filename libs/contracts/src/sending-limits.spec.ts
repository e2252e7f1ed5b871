import { emailDeliveryInput } from './email-delivery-settings.js';
import { explainLimit, publishedLimits, sendingLimitsOf } from './sending-limits.js';

const smtp = { host: 'smtp.office365.com', port: 587, security: 'starttls', auth: { type: 'none' }, fromAddress: 'billing@acme.example' };
const read = (limits: unknown) => emailDeliveryInput.safeParse({ companyName: 'ACME GmbH', sender: 'custom', smtp: { ...smtp, limits } });

const google = <Auth>(auth: Auth) => ({ host: 'smtp.gmail.com', auth });

describe('the limits of a server', () => {
  it.each([
    ['a provider that publishes them', { host: 'SMTP.office365.com' }, { connections: 3, messagesPerMinute: 30, recipientsPerDay: 10_000 }],
    ['a team that has set its own', { host: 'smtp.office365.com', limits: { messagesPerMinute: 20 } }, { messagesPerMinute: 20 }],
    ['a team that has lifted them', { host: 'smtp.office365.com', limits: {} }, null],
    ['a personal account at Google', google({ type: 'password', username: 'ACME.Bills@Gmail.com' }), { recipientsPerDay: 500 }],
    ['one under the older name', google({ type: 'password', username: 'acme@googlemail.com' }), { recipientsPerDay: 500 }],
    [
      'a personal mailbox that is connected',
      google({ type: 'oauth2', connection: { mailbox: 'acme@gmail.com' } }),
      { recipientsPerDay: 500 },
    ],
    ['an account of a company at Google', google({ type: 'password', username: 'gmail.com@acme.example' }), { recipientsPerDay: 2000 }],
    ['a mailbox that is not connected yet', google({ type: 'oauth2', connection: null }), { recipientsPerDay: 2000 }],
    ['Google’s relay', { host: 'smtp-relay.gmail.com' }, { recipientsPerDay: 10_000 }],
    ['Outlook.com', { host: 'smtp-mail.outlook.com' }, { recipientsPerDay: 1000 }],
    ['any other server', { host: 'mail.acme.example' }, null],
  ] as const)('of %s', (_whose, server, limits) => {
    expect(sendingLimitsOf(server)).toEqual(limits);
  });

  it.each([
    [{ connections: 0 }, '/smtp/limits/connections'],
    [{ messagesPerMinute: 1.5 }, '/smtp/limits/messagesPerMinute'],
    [{ recipientsPerDay: '10' }, '/smtp/limits/recipientsPerDay'],
    [{ messagesPerHour: 10 }, '/smtp/limits'],
    [7, '/smtp/limits'],
  ])('are refused as %j', (limits, pointer) => {
    const result = read(limits);
    expect(result.error?.issues.map(({ path }) => `/${path.join('/')}`)).toEqual([pointer]);
  });

  it('are taken as set, also none of them, and left out they are the provider’s', () => {
    expect(
      [{ connections: 2, messagesPerMinute: 60, recipientsPerDay: 5000 }, {}, undefined].map((limits) => read(limits).data?.smtp?.limits),
    ).toEqual([{ connections: 2, messagesPerMinute: 60, recipientsPerDay: 5000 }, {}, undefined]);
  });

  it('are explained on the page as by the service', () => {
    for (const value of [0, 1, 100, 101, 1.5, Number.NaN]) {
      const message = read({ connections: Number.isNaN(value) ? 'x' : value }).error?.issues[0]?.message ?? null;
      expect(explainLimit('connections', value)).toBe(message);
    }
    expect(publishedLimits(' smtp.gmail.com ')).toEqual({ recipientsPerDay: 2000 });
    expect(publishedLimits('smtp.gmail.com', ' acme@gmail.com ')).toEqual({ recipientsPerDay: 500 });
  });
});
