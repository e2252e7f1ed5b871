import { emailDeliveryInput } from './email-delivery-settings.js';
import { explainLimit, publishedLimits, sendingLimitsOf } from './sending-limits.js';

const smtp = { host: 'smtp.office365.com', port: 587, security: 'starttls', auth: { type: 'none' }, fromAddress: 'billing@acme.example' };
const read = (limits: unknown) => emailDeliveryInput.safeParse({ companyName: 'ACME GmbH', sender: 'custom', smtp: { ...smtp, limits } });

describe('the limits of a server', () => {
  it.each([
    ['a provider that publishes them', { host: 'SMTP.office365.com' }, { connections: 3, messagesPerMinute: 30, recipientsPerDay: 10_000 }],
    ['a team that has set its own', { host: 'smtp.office365.com', limits: { messagesPerMinute: 20 } }, { messagesPerMinute: 20 }],
    ['a team that has lifted them', { host: 'smtp.office365.com', limits: {} }, null],
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
  });
});
