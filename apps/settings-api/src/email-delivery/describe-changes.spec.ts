import { type SendingLimits, type TeamMailSettings } from '@billing-mail/contracts';
import fc from 'fast-check';
import { describeChanges } from './describe-changes.js';

const settings: TeamMailSettings = {
  teamId: 'acme',
  companyName: 'ACME',
  replyTo: null,
  locale: 'en',
  cc: [{ address: 'a@acme.example' }, { address: 'b@acme.example', name: 'B' }],
  bcc: [],
  copies: [],
  sender: 'platform',
  smtp: null,
  certificate: null,
  fallback: false,
  notifyUserIds: ['u1'],
  version: 1,
  updatedAt: '2026-11-01T00:00:00.000Z',
  updatedBy: 'u1',
};
const smtp: TeamMailSettings['smtp'] = {
  host: 'smtp.acme.example',
  port: 587,
  security: 'tls',
  auth: { type: 'password', username: 'billing', passwordSealed: 'v1.sealed' },
  fromAddress: 'a@acme.example',
};

describe('describeChanges', () => {
  it('finds nothing between the same settings, whatever their version', () => {
    const later: TeamMailSettings = { ...settings, version: 2, updatedAt: '2026-11-02T00:00:00.000Z', updatedBy: 'u2' };
    expect(describeChanges(settings, later)).toEqual([]);
  });

  it('tells of limits that are set, changed and lifted', () => {
    const limited = (limits: SendingLimits) => ({ ...settings, smtp: { ...smtp, limits } });
    const [set, other] = [limited({ messagesPerMinute: 30 }), limited({ messagesPerMinute: 60, recipientsPerDay: 500 })];
    expect(describeChanges(set, other)).toEqual([
      { pointer: '/smtp/limits/messagesPerMinute', from: 30, to: 60 },
      { pointer: '/smtp/limits/recipientsPerDay', from: null, to: 500 },
    ]);
    expect(describeChanges(set, { ...settings, smtp })).toEqual([{ pointer: '/smtp/limits/messagesPerMinute', from: 30, to: null }]);
  });

  it('tells of a new server field by field, without its password', () => {
    const changes = describeChanges(settings, { ...settings, smtp });
    expect(changes).toEqual([
      { pointer: '/smtp/host', from: null, to: 'smtp.acme.example' },
      { pointer: '/smtp/port', from: null, to: 587 },
      { pointer: '/smtp/security', from: null, to: 'tls' },
      { pointer: '/smtp/auth/type', from: null, to: 'password' },
      { pointer: '/smtp/auth/username', from: null, to: 'billing' },
      { pointer: '/smtp/fromAddress', from: null, to: 'a@acme.example' },
    ]);
    expect(describeChanges({ ...settings, smtp }, settings).map(({ pointer }) => pointer)).toEqual(changes.map(({ pointer }) => pointer));
  });

  it('tells who joined and left a list, a changed name as both, a new order as neither', () => {
    const [a, b] = [{ address: 'a@acme.example' }, { address: 'b@acme.example', name: 'B' }];
    const renamed = { address: 'a@acme.example', name: 'A' };
    expect(describeChanges(settings, { ...settings, cc: [b, { address: 'c@acme.example' }] })).toEqual([
      { pointer: '/cc', added: [{ address: 'c@acme.example' }], removed: [a] },
    ]);
    expect(describeChanges(settings, { ...settings, cc: [renamed, b] })).toEqual([{ pointer: '/cc', added: [renamed], removed: [a] }]);
    expect(describeChanges(settings, { ...settings, cc: [b, a] })).toEqual([{ pointer: '/cc', added: [], removed: [] }]);
  });

  it('tells of copies of single types by type, and of types that only stand together otherwise as of an order', () => {
    const [legal, archive] = [{ address: 'legal@acme.example' }, { address: 'archive@acme.example' }];
    const together = { ...settings, copies: [{ types: ['reminder', 'invoice'], cc: [legal], bcc: [] }] };
    expect(describeChanges(settings, together)).toEqual([
      { pointer: '/copies/invoice/cc', added: [legal], removed: [] },
      { pointer: '/copies/reminder/cc', added: [legal], removed: [] },
    ]);
    const apart = { ...settings, copies: ['invoice', 'reminder'].map((type) => ({ types: [type], cc: [legal], bcc: [] })) };
    expect(describeChanges(together, apart)).toEqual([{ pointer: '/copies', added: [], removed: [] }]);
    const fewer = { ...settings, copies: [{ types: ['reminder'], cc: [], bcc: [archive] }] };
    expect(describeChanges(apart, fewer)).toEqual([
      { pointer: '/copies/invoice/cc', added: [], removed: [legal] },
      { pointer: '/copies/reminder/cc', added: [], removed: [legal] },
      { pointer: '/copies/reminder/bcc', added: [archive], removed: [] },
    ]);
  });

  it('notices every change of any field', () => {
    const companyName = fc.string();
    const change = fc.record(
      {
        companyName,
        replyTo: fc.option(fc.emailAddress()),
        locale: fc.constantFrom('en' as const, 'de' as const),
        fallback: fc.boolean(),
        notifyUserIds: fc.uniqueArray(fc.string()),
        cc: fc.uniqueArray(fc.record({ address: fc.emailAddress() }), { selector: ({ address }) => address }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(change, (some) => {
        const after = { ...settings, ...some };
        const changed = Object.keys(some).filter(
          (key) => JSON.stringify(after[key as keyof typeof after]) !== JSON.stringify(settings[key as keyof typeof settings]),
        );
        expect(
          describeChanges(settings, after)
            .map(({ pointer }) => pointer)
            .sort(),
        ).toEqual(changed.map((key) => `/${key}`).sort());
      }),
    );
  });
});
