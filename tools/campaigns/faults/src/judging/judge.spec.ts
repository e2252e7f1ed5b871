import { type DeliveryFacts, judge } from './judge.js';

const YES = { reason: null, code: 250, reply: '250 ok' };
const NOTHING_SAID = { reason: 'no_final_reply', code: null, reply: null };

const delivery = (changes: Partial<DeliveryFacts> = {}): DeliveryFacts => ({
  key: 'k1',
  teamId: 'acme',
  status: 'sent',
  usedFallback: false,
  mayUsePlatform: true,
  messageIds: ['<m1>', '<m1.2>'],
  recipients: [{ address: 'a@x.example', status: 'accepted', uncertainEnds: 0 }],
  failure: null,
  attempts: [{ route: 'platform', outcome: 'accepted', stage: 'final', ...YES }],
  untold: 0,
  ...changes,
});
const copy = (changes = {}) => ({ server: 'platform', messageId: '<m1>', recipients: ['a@x.example'], sha256: 'aa', at: 0, ...changes });
const promised = [{ key: 'k1', teamId: 'acme', recipients: ['a@x.example'] }];
const doubt = {
  recipients: [{ address: 'a@x.example', status: 'accepted' as const, uncertainEnds: 1 }],
  attempts: [
    { route: 'platform' as const, outcome: 'uncertain' as const, stage: 'final', ...NOTHING_SAID },
    { route: 'platform' as const, outcome: 'accepted' as const, stage: 'final', ...YES },
  ],
};

describe('judging a campaign', () => {
  it('finds nothing wrong with one promise, one delivery, one copy', () => {
    const { totals, breaches } = judge(promised, [delivery()], [{ teamId: 'acme', due: 0, doubted: 1, told: 1 }], [copy()], 'retry');
    expect(breaches).toEqual([]);
    expect(totals).toMatchObject({ deliveries: 1, recipients: 1, accepted: 1, lost: 0 });
  });

  it.each([
    ['a delivery that is not there', { deliveries: [] }, 'lost'],
    ['a recipient that is not there', { deliveries: [delivery({ recipients: [] })] }, 'lost'],
    ['an "accepted" that no server took', { ledger: [] }, 'falselySent'],
    [
      'a "rejected" that a server took',
      { deliveries: [delivery({ status: 'failed', recipients: [{ address: 'a@x.example', status: 'rejected', uncertainEnds: 0 }] })] },
      'falselyFailed',
    ],
    [
      'a "cancelled" that a server took',
      { deliveries: [delivery({ status: 'cancelled', recipients: [{ address: 'a@x.example', status: 'cancelled', uncertainEnds: 0 }] })] },
      'falselyFailed',
    ],
    ['a second copy without a doubt', { ledger: [copy(), copy()] }, 'duplicates'],
    [
      'a second copy whose doubt is not in the log',
      { deliveries: [delivery({ recipients: doubt.recipients })], ledger: [copy(), copy()] },
      'duplicates',
    ],
    ['a third copy, doubt or not', { deliveries: [delivery(doubt)], ledger: [copy(), copy(), copy()] }, 'duplicates'],
    ['mail on the platform of a team that forbids it', { deliveries: [delivery({ mayUsePlatform: false })] }, 'duplicates'],
    ['other bytes in the second try', { deliveries: [delivery(doubt)], ledger: [copy(), copy({ sha256: 'bb' })] }, 'changedBytes'],
    ['an end that nobody was told', { deliveries: [delivery({ untold: 1 })] }, 'untold'],
    ['a trouble that no notification counts', { tellings: [{ teamId: 'acme', due: 1, doubted: 0, told: 0 }] }, 'untold'],
    ['a trouble that was told twice', { tellings: [{ teamId: 'acme', due: 1, doubted: 0, told: 2 }] }, 'untold'],
    ['a delivery that never ends', { deliveries: [delivery({ status: 'waiting' })] }, 'unsettled'],
  ])('finds %s', (_name, world, kind) => {
    const { deliveries, tellings, ledger } = { deliveries: [delivery()], tellings: [], ledger: [copy()], ...world };
    const { totals, breaches } = judge(promised, deliveries, tellings, ledger, 'retry');
    expect(totals).toMatchObject({ [kind]: 1 });
    expect(breaches.length).toBeGreaterThan(0);
  });

  it('allows one more copy after a logged doubt with `retry`, and none with `hold`', () => {
    const world = [promised, [delivery(doubt)], [], [copy(), copy()]] as const;
    expect(judge(...world, 'retry').totals).toMatchObject({ duplicates: 0, doubtfulCopies: 1 });
    expect(judge(...world, 'hold').totals).toMatchObject({ duplicates: 1 });
  });
});
