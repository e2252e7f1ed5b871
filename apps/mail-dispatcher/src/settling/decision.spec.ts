import { type RecipientResult, settleTry, type Verdict } from '@billing-mail/mail-core';
import { type AttemptFacts, type DeliveryState, type RecipientRow } from '../records/rows.js';
import { type Decision, failureOf, toDecision } from './decision.js';

const recipient = (position: number): RecipientRow => ({
  ...{ position, address: `r${position}@customer.example`, name: null, role: 'to' },
  ...{ status: 'pending', uncertainEnds: 0, reason: null, reply: null, route: null },
});

const DELIVERY: DeliveryState = {
  id: 'd1',
  teamId: 'acme',
  key: 'inv-1',
  document: { id: 'inv-1', type: 'invoice' },
  requestedBy: { userId: 'u17' },
  subject: 'Invoice',
  look: null,
  status: 'sending',
  route: 'custom',
  usedFallback: false,
  tries: { custom: 0, platform: 0 },
  failure: null,
  recipients: [recipient(0), recipient(1), recipient(2)],
};
const verdict = (changes: Partial<Verdict>): Verdict => ({
  ...{
    scope: 'recipient',
    lasting: 'transient',
    stage: 'rcpt',
    code: 450,
    enhancedCode: null,
    reason: 'smtp_server_busy',
    reply: '450 later',
  },
  ...changes,
});
const UNKNOWN = verdict({
  scope: 'message',
  lasting: 'uncertain',
  stage: 'final',
  code: null,
  reason: 'no_final_reply',
  reply: null,
  seen: 'broke',
});
const DOUBT = { code: 'no_final_reply', server: 'smtp.acme.example:587', reply: null, seen: 'broke' };
const FACTS: AttemptFacts = {
  ...{ durationMs: 1, stage: 'final', code: null, enhancedCode: null, reason: null, reply: null, tls: null },
  server: 'smtp.acme.example:587',
};
const RESULTS: RecipientResult[] = [
  { position: 0, outcome: 'accepted', reply: '250 ok' },
  { position: 1, outcome: 'uncertain', verdict: UNKNOWN },
  { position: 2, outcome: 'refused', verdict: verdict({}) },
];

function decide(state: DeliveryState, results: RecipientResult[], uncertainPolicy: 'hold' | 'retry' = 'hold') {
  const policy = { retryDelaysMs: [1000, 2000], uncertainPolicy, fallback: false };
  const tried = { route: 'custom' as const, triesUsed: state.tries.custom + 1, results, failure: null };
  const failure = failureOf({ ...tried, facts: FACTS });
  return toDecision(state, settleTry(state.recipients, tried, policy, 0), { triedRoute: 'custom', failure });
}

/** Returns the delivery as it is claimed for its next try. */
const afterTry = (state: DeliveryState, { next, after }: Decision, changes: Partial<DeliveryState> = {}): DeliveryState => ({
  ...{ ...state, failure: next?.failure ?? null, recipients: after, tries: { ...state.tries, custom: state.tries.custom + 1 } },
  ...changes,
});

describe('what is told of a try', () => {
  it('names those in doubt at once where they are not sent to again, though others are still tried', () => {
    const { outcome, next } = decide(DELIVERY, RESULTS);
    expect(next?.status).toBe('waiting');
    expect(outcome).toMatchObject({
      type: 'delivery_in_doubt',
      delivery: {
        status: 'waiting',
        troubled: [{ address: 'r1@customer.example', status: 'uncertain' }],
        counts: { recipients: 3, accepted: 1, uncertain: 1 },
      },
    });
  });

  it('names them once, and says in the end how it ended', () => {
    const waiting = { ...DELIVERY, tries: { custom: 1, platform: 0 }, recipients: [...decide(DELIVERY, RESULTS).after] };
    const busy = decide(waiting, [{ position: 2, outcome: 'refused', verdict: verdict({}) }]);
    expect(busy.outcome).toBeNull();
    const last = decide(waiting, [{ position: 2, outcome: 'accepted', reply: '250 ok' }]);
    expect(last.outcome).toMatchObject({ type: 'delivery_settled', delivery: { status: 'uncertain', counts: { accepted: 2 } } });
  });

  it('is nothing while a doubt is still to be repeated', () => {
    expect(decide(DELIVERY, RESULTS, 'retry').outcome).toBeNull();
  });

  const ALONE = { ...DELIVERY, recipients: [recipient(0)] };
  const unanswered: RecipientResult = { position: 0, outcome: 'uncertain', verdict: UNKNOWN };
  const busy: RecipientResult = { position: 0, outcome: 'refused', verdict: verdict({ scope: 'message', stage: 'final', code: 451 }) };

  it('is the doubt and what was seen of it, whatever the tries after it were answered', () => {
    const doubted = afterTry(ALONE, decide(ALONE, [unanswered], 'retry'));
    const again = afterTry(doubted, decide(doubted, [busy], 'retry'));
    expect(again.failure).toEqual(DOUBT);
    const { next, outcome } = decide(again, [busy], 'retry');
    expect(next).toMatchObject({ status: 'uncertain', failure: DOUBT });
    expect(outcome).toMatchObject({ delivery: { status: 'uncertain', failure: DOUBT } });
  });

  it('is the doubt also where it waited for something else meanwhile, which was shown in its place', () => {
    const failure = { code: 'sending_limit', server: null, reply: null } as const;
    const waited = { ...afterTry(ALONE, decide(ALONE, [unanswered], 'retry'), { failure }), tries: { custom: 2, platform: 0 } };
    expect(decide(waited, [busy], 'retry').next).toMatchObject({ status: 'uncertain', failure: { code: 'no_final_reply', server: null } });
  });

  it('is the doubt where another recipient was refused, before it or after it', () => {
    const refused: RecipientResult = { position: 1, outcome: 'refused', verdict: verdict({ code: 550, reason: 'recipient_unknown' }) };
    const two = { ...DELIVERY, recipients: [recipient(0), recipient(1)] };
    expect(decide(two, [refused, unanswered]).next).toMatchObject({ status: 'waiting', failure: DOUBT });
    const doubted = afterTry(two, decide(two, [unanswered, { ...busy, position: 1 }]), { tries: { custom: 2, platform: 0 } });
    expect(decide(doubted, [refused]).next).toMatchObject({ status: 'uncertain', failure: DOUBT });
  });

  it('is a refusal of one part of the recipients no longer than until the end of data to another part is not answered', () => {
    const failure = verdict({ scope: 'message', stage: 'final', code: 554, reason: 'message_refused' });
    const parts: RecipientResult[] = [{ position: 1, outcome: 'refused', verdict: failure }, unanswered];
    expect(failureOf({ failure, results: parts, facts: FACTS })).toEqual(DOUBT);
  });

  it('is no doubt any more once its recipient was accepted', () => {
    const two = { ...DELIVERY, recipients: [recipient(0), recipient(1)] };
    const doubted = afterTry(two, decide(two, [unanswered, { ...busy, position: 1 }], 'retry'), { tries: { custom: 2, platform: 0 } });
    const { next } = decide(
      doubted,
      [
        { position: 0, outcome: 'accepted', reply: '250 ok' },
        { ...busy, position: 1 },
      ],
      'retry',
    );
    expect(next).toMatchObject({ status: 'partly_sent', failure: { code: 'smtp_server_busy' } });
  });
});
