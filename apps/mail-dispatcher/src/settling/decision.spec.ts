import { type RecipientResult, settleTry, type Verdict } from '@billing-mail/mail-core';
import { type DeliveryState, type RecipientRow } from '../records/rows.js';
import { toDecision } from './decision.js';

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
const UNKNOWN = verdict({ scope: 'message', lasting: 'uncertain', stage: 'final', code: null, reason: 'no_final_reply', reply: null });
const RESULTS: RecipientResult[] = [
  { position: 0, outcome: 'accepted', reply: '250 ok' },
  { position: 1, outcome: 'uncertain', verdict: UNKNOWN },
  { position: 2, outcome: 'refused', verdict: verdict({}) },
];

function decide(state: DeliveryState, results: RecipientResult[], uncertainPolicy: 'hold' | 'retry' = 'hold') {
  const policy = { retryDelaysMs: [1000, 2000], uncertainPolicy, fallback: false };
  const tried = { route: 'custom' as const, triesUsed: state.tries.custom + 1, results, failure: null };
  return toDecision(state, settleTry(state.recipients, tried, policy, 0), { triedRoute: 'custom', failure: null });
}

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
});
