import { RECIPIENT_STATUSES, type Route } from '@billing-mail/contracts';
import fc from 'fast-check';
import { TRIES_PER_ROUTE, UNCERTAIN_ENDS_ALLOWED, UNCERTAIN_POLICIES } from '../policy/retry-policy.js';
import { type Verdict } from '../replies/verdict.js';
import { IllegalTransitionError, RECIPIENT_TRANSITIONS, settledStatus, transition } from './delivery-states.js';
import { type RecipientResult } from './recipient-result.js';
import { cancelOpen, type DeliveryPolicy, exhaust, type RecipientState, settleTry } from './settle-try.js';

const policy: DeliveryPolicy = { retryDelaysMs: [300_000, 1_800_000], uncertainPolicy: 'retry', fallback: false };
const pending = (position: number): RecipientState => ({
  position,
  status: 'pending',
  uncertainEnds: 0,
  reason: null,
  reply: null,
  route: null,
});

const verdict = (changes: Partial<Verdict> = {}): Verdict => ({
  scope: 'recipient',
  lasting: 'transient',
  stage: 'rcpt',
  code: 450,
  enhancedCode: '4.2.0',
  reason: 'recipient_refused',
  reply: '450 4.2.0 try later',
  ...changes,
});
const unknownUser = verdict({
  lasting: 'permanent',
  code: 550,
  enhancedCode: '5.1.1',
  reason: 'recipient_unknown',
  reply: '550 5.1.1 no such user',
});
const unreachable = verdict({ scope: 'route', stage: 'connect', code: null, enhancedCode: null, reason: 'smtp_unreachable', reply: null });
const unanswered = verdict({
  scope: 'message',
  lasting: 'uncertain',
  stage: 'final',
  code: null,
  enhancedCode: null,
  reason: 'no_final_reply',
  reply: null,
});

const accepted = (position: number): RecipientResult => ({ position, outcome: 'accepted', reply: '250 ok' });
const refused = (position: number, why: Verdict): RecipientResult => ({ position, outcome: 'refused', verdict: why });
const uncertain = (position: number): RecipientResult => ({ position, outcome: 'uncertain', verdict: unanswered });
const statuses = (recipients: readonly RecipientState[]) => recipients.map(({ status }) => status);

describe('settling a try', () => {
  it('settles as sent when every recipient is accepted', () => {
    const { next } = settleTry(
      [pending(0), pending(1)],
      { route: 'platform', triesUsed: 1, results: [accepted(0), accepted(1)], failure: null },
      policy,
      0.5,
    );
    expect(next).toEqual({ kind: 'settled', status: 'sent' });
  });

  it('waits as planned, first short, then long, and settles after the third try', () => {
    const tried = (triesUsed: number) =>
      settleTry([pending(0)], { route: 'platform', triesUsed, results: [], failure: unreachable }, policy, 0);
    expect(tried(1).next).toEqual({ kind: 'wait', afterMs: 300_000 });
    expect(tried(2).next).toEqual({ kind: 'wait', afterMs: 1_800_000 });
    expect(tried(3).next).toEqual({ kind: 'settled', status: 'failed' });
    expect(tried(3).recipients[0]).toMatchObject({ status: 'rejected', reason: 'smtp_unreachable' });
  });

  it('waits as long as the server asked, or up to a fifth longer, in place of the usual wait', () => {
    const greylisted = (askedWaitMs?: number) =>
      verdict({ reason: 'asked_to_come_back', ...(askedWaitMs === undefined ? {} : { askedWaitMs }) });
    const next = (results: RecipientResult[], random = 0) =>
      settleTry([pending(0), pending(1)], { route: 'platform', triesUsed: 1, results, failure: null }, policy, random).next;
    expect(next([refused(0, greylisted(600_000)), refused(1, greylisted(420_000))])).toEqual({ kind: 'wait', afterMs: 600_000 });
    expect(next([refused(0, greylisted(600_000)), refused(1, greylisted())], 0.5)).toEqual({ kind: 'wait', afterMs: 660_000 });
    expect(next([refused(0, greylisted()), accepted(1)])).toEqual({ kind: 'wait', afterMs: 300_000 });
  });

  it('spends no try, not even the last one, on a limit of the server, and never leaves the route for it', () => {
    const limited = verdict({ scope: 'route', stage: 'mail', reason: 'smtp_rate_limited' });
    for (const triesUsed of [1, 3]) {
      const { recipients, next } = settleTry(
        [pending(0), pending(1)],
        { route: 'custom', triesUsed, results: [accepted(0)], failure: limited, heldUpMs: 30_000 },
        { ...policy, fallback: true },
        0.5,
      );
      expect(next).toEqual({ kind: 'held_up', afterMs: 33_000 });
      expect(statuses(recipients)).toEqual(['accepted', 'pending']);
    }
  });

  it('rejects a recipient that does not exist at once, and keeps trying the others', () => {
    const { recipients, next } = settleTry(
      [pending(0), pending(1), pending(2)],
      { route: 'custom', triesUsed: 1, results: [accepted(0), refused(1, unknownUser), refused(2, verdict())], failure: null },
      policy,
      0.5,
    );
    expect(statuses(recipients)).toEqual(['accepted', 'rejected', 'pending']);
    expect(next.kind).toBe('wait');
  });

  it('settles as partly sent, and keeps who was refused and why', () => {
    const { recipients, next } = settleTry(
      [pending(0), pending(1)],
      { route: 'platform', triesUsed: 1, results: [accepted(0), refused(1, unknownUser)], failure: null },
      policy,
      0,
    );
    expect(next).toEqual({ kind: 'settled', status: 'partly_sent' });
    expect(recipients[1]).toMatchObject({ reason: 'recipient_unknown', reply: '550 5.1.1 no such user' });
  });

  it.each([
    [true, { kind: 'fall_back' }],
    [false, { kind: 'wait', afterMs: 300_000 }],
  ])('tries a way no more that its provider has stopped, where there is another (%s)', (fallback, next) => {
    const failure = verdict({ scope: 'route', stage: 'final', reason: 'sender_mailbox_full', stopsWay: true });
    const tried = { route: 'custom' as const, triesUsed: 1, results: [refused(0, failure)], failure };
    expect(settleTry([pending(0)], tried, { ...policy, fallback }, 0).next).toEqual(next);
  });

  it('falls back after the third try with those still open, if the team allows it', () => {
    const tried = { route: 'custom' as Route, triesUsed: 3, results: [accepted(0)], failure: unreachable };
    const allowed = settleTry([pending(0), pending(1)], tried, { ...policy, fallback: true }, 0);
    expect([statuses(allowed.recipients), allowed.next]).toEqual([['accepted', 'pending'], { kind: 'fall_back' }]);
    const forbidden = settleTry([pending(0), pending(1)], tried, policy, 0);
    expect([statuses(forbidden.recipients), forbidden.next]).toEqual([
      ['accepted', 'rejected'],
      { kind: 'settled', status: 'partly_sent' },
    ]);
  });

  it('repeats an unanswered end of data once, then says that nobody knows', () => {
    const first = settleTry([pending(0)], { route: 'custom', triesUsed: 1, results: [uncertain(0)], failure: unanswered }, policy, 0);
    expect(first.next.kind).toBe('wait');
    const second = settleTry(first.recipients, { route: 'custom', triesUsed: 2, results: [uncertain(0)], failure: unanswered }, policy, 0);
    expect(second.next).toEqual({ kind: 'settled', status: 'uncertain' });
  });

  it('holds after the first unanswered end of data when told to', () => {
    const { next } = settleTry(
      [pending(0)],
      { route: 'custom', triesUsed: 1, results: [uncertain(0)], failure: unanswered },
      { ...policy, uncertainPolicy: 'hold' },
      0,
    );
    expect(next).toEqual({ kind: 'settled', status: 'uncertain' });
  });

  it('never lets a doubtful recipient change route, and keeps the doubt as the reason', () => {
    const doubtful = { ...pending(0), uncertainEnds: 1, reason: 'no_final_reply' as const };
    const { recipients, next } = settleTry(
      [doubtful, pending(1)],
      { route: 'custom', triesUsed: 3, results: [], failure: unreachable },
      { ...policy, fallback: true },
      0,
    );
    expect(recipients[0]).toMatchObject({ status: 'uncertain', reason: 'no_final_reply' });
    expect([recipients[1]?.status, next.kind]).toEqual(['pending', 'fall_back']);
  });

  it('takes a late yes of the server for one who was given up', () => {
    const given = { ...pending(0), status: 'uncertain' as const, uncertainEnds: 2 };
    const { next } = settleTry([given], { route: 'custom', triesUsed: 3, results: [accepted(0)], failure: null }, policy, 0);
    expect(next).toEqual({ kind: 'settled', status: 'sent' });
  });
});

describe('cancelling', () => {
  it('cancels who is open, but not whose end of data is out, and leaves a doubt a doubt', () => {
    const after = cancelOpen(
      [pending(0), pending(1), { ...pending(2), status: 'accepted' }, { ...pending(3), uncertainEnds: 1 }],
      (position) => position === 1,
    );
    expect(statuses(after)).toEqual(['cancelled', 'pending', 'accepted', 'uncertain']);
  });
});

describe('any course of tries', () => {
  const anyOutcome = fc.constantFrom('accepted', 'refused', 'unknown', 'uncertain', 'unreached');
  const toResult = (position: number, outcome: string): RecipientResult | null => {
    if (outcome === 'accepted') return accepted(position);
    if (outcome === 'refused') return refused(position, verdict());
    if (outcome === 'unknown') return refused(position, unknownUser);
    return outcome === 'uncertain' ? uncertain(position) : null;
  };

  it('ends settled within three tries a route, sends to nobody twice but in doubt, and makes legal changes only', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(anyOutcome, { minLength: 4, maxLength: 4 }), { minLength: 6, maxLength: 6 }),
        fc.constantFrom(...UNCERTAIN_POLICIES),
        fc.boolean(),
        fc.constantFrom<Route>('custom', 'platform'),
        (script, uncertainPolicy, fallback, firstRoute) => {
          let recipients = [0, 1, 2, 3].map(pending);
          let route = firstRoute;
          let triesUsed = 0;
          const ends = [0, 0, 0, 0];
          const routesInDoubt: (Route | null)[] = [null, null, null, null];
          for (const outcomes of script) {
            triesUsed += 1;
            const open = recipients.filter(({ status }) => status === 'pending');
            for (const { position } of open) {
              const outcome = outcomes[position] ?? '';
              if (outcome === 'uncertain') {
                ends[position] = (ends[position] ?? 0) + 1;
                expect([null, route]).toContain(routesInDoubt[position]);
                routesInDoubt[position] = route;
              }
            }
            const results = open.map(({ position }) => toResult(position, outcomes[position] ?? '')).filter((result) => result !== null);
            const settlement = settleTry(
              recipients,
              { route, triesUsed, results, failure: unreachable },
              { ...policy, uncertainPolicy, fallback },
              0.3,
            );
            settlement.recipients.forEach((after, index) => {
              const before = recipients[index]?.status ?? 'pending';
              if (after.status !== before) expect(RECIPIENT_TRANSITIONS[before]).toContain(after.status);
            });
            recipients = settlement.recipients;
            if (settlement.next.kind === 'settled') {
              expect(settlement.next.status).toBe(settledStatus(statuses(recipients)));
              for (const count of ends) expect(count).toBeLessThanOrEqual(UNCERTAIN_ENDS_ALLOWED[uncertainPolicy]);
              return;
            }
            if (settlement.next.kind === 'fall_back') {
              expect([route, fallback]).toEqual(['custom', true]);
              route = 'platform';
              triesUsed = 0;
            }
            expect(triesUsed).toBeLessThan(TRIES_PER_ROUTE);
          }
          throw new Error('not settled after three tries on each route');
        },
      ),
    );
  });

  it('settles whatever is open when a route is no longer there', () => {
    expect(exhaust([pending(0)], 'platform', true).next).toEqual({ kind: 'settled', status: 'failed' });
    expect(exhaust([pending(0)], 'custom', true).next).toEqual({ kind: 'fall_back' });
  });
});

describe('states', () => {
  it.each([
    [['accepted', 'accepted'], 'sent'],
    [['accepted', 'pending'], null],
    [['accepted', 'rejected'], 'partly_sent'],
    [['accepted', 'cancelled'], 'partly_sent'],
    [['rejected', 'cancelled'], 'failed'],
    [['cancelled'], 'cancelled'],
    [['accepted', 'bounced'], 'partly_sent'],
    [['bounced', 'bounced'], 'failed'],
    [['bounced', 'cancelled'], 'failed'],
    [['accepted', 'uncertain', 'rejected'], 'uncertain'],
  ] as const)('%j settle as %s', (recipients, status) => {
    expect(settledStatus(recipients)).toBe(status);
  });

  it('knows a transition for every recipient status, and refuses an illegal one of a delivery', () => {
    expect(Object.keys(RECIPIENT_TRANSITIONS).sort()).toEqual(['born', ...RECIPIENT_STATUSES].sort());
    expect(() => transition('sent', 'sending')).toThrow(IllegalTransitionError);
    expect(transition('waiting', 'sending')).toBe('sending');
  });
});

describe('recipients whom a route can not serve at all', () => {
  const unsupported = verdict({ lasting: 'permanent', code: null, enhancedCode: null, reason: 'recipient_needs_smtputf8', reply: null });
  const refused = (position: number, why: Verdict): RecipientResult => ({ position, outcome: 'refused', verdict: why });
  const firstTry = (...results: RecipientResult[]) => ({ route: 'custom' as const, triesUsed: 1, results, failure: null });

  it('go on to the platform at once, or are rejected at once, without waiting for a second try', () => {
    const tried = firstTry(refused(0, unsupported));
    expect(settleTry([pending(0)], tried, { ...policy, fallback: true }, 0).next).toEqual({ kind: 'fall_back' });
    expect(settleTry([pending(0)], tried, policy, 0)).toMatchObject({
      recipients: [{ status: 'rejected', reason: 'recipient_needs_smtputf8' }],
      next: { kind: 'settled', status: 'failed' },
    });
  });

  it('wait with those who may be reached by another try', () => {
    const tried = firstTry(refused(0, unsupported), refused(1, verdict()));
    expect(settleTry([pending(0), pending(1)], tried, policy, 0).next).toMatchObject({ kind: 'wait' });
  });
});
