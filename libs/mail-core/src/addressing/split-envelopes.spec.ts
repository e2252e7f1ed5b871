import { type RecipientRole } from '@billing-mail/contracts';
import fc from 'fast-check';
import { splitEnvelopes } from './split-envelopes.js';

const recipients = fc.array(fc.constantFrom<RecipientRole>('to', 'cc', 'bcc')).map((roles) => roles.map((role, id) => ({ role, id })));

describe('splitEnvelopes', () => {
  it('sends 2,001 recipients in transactions of at most 50', () => {
    const many = (role: RecipientRole, count: number) => Array.from({ length: count }, () => ({ role }));
    const envelopes = splitEnvelopes([...many('to', 1), ...many('cc', 1000), ...many('bcc', 1000)], 50);
    expect(envelopes.map(({ role, recipients: { length } }) => `${role} ${length}`)).toEqual([
      ...Array<string>(20).fill('visible 50'),
      'visible 1',
      ...Array<string>(20).fill('bcc 50'),
    ]);
  });

  it('holds everyone once, in order, and never mixes Bcc with the others', () => {
    fc.assert(
      fc.property(recipients, fc.integer({ min: 1, max: 7 }), (given, max) => {
        const envelopes = splitEnvelopes(given, max);
        const bccLast = [...given.filter(({ role }) => role !== 'bcc'), ...given.filter(({ role }) => role === 'bcc')];
        expect(envelopes.flatMap((envelope) => envelope.recipients)).toEqual(bccLast);
        for (const envelope of envelopes) {
          expect(envelope.recipients.length).toBeGreaterThan(0);
          expect(envelope.recipients.length).toBeLessThanOrEqual(max);
          expect(envelope.recipients.every(({ role }) => (role === 'bcc') === (envelope.role === 'bcc'))).toBe(true);
        }
      }),
    );
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a limit of %p', (max) => {
    expect(() => splitEnvelopes([], max)).toThrow(RangeError);
  });
});
