// Changes of state that a whole campaign need not produce, because they depend on chance or on a fault that is tested elsewhere. For each:
// the code that writes it, and what leads to it.

const DISPATCHER = 'apps/mail-dispatcher/src';
const BOUNCE = `${DISPATCHER}/bounces/bounce-effects.ts`;
/** `cancel`, and `decideLate` for what becomes known late. */
const STORE = `${DISPATCHER}/settling/settlement.store.ts`;

type Produced = { by: string; when: string };
const byBounce = (when: string): Produced => ({ by: BOUNCE, when });
const byCancelling = (when: string): Produced => ({ by: STORE, when: `somebody cancels ${when}` });
const byLateYes = (when: string): Produced => ({ by: STORE, when: `a server's yes becomes known late, ${when}` });

export const PRODUCED_ELSEWHERE: Readonly<Record<string, Produced>> = {
  'delivery queued → sent': byLateYes('when its delivery was given back by then (crash-recovery.spec.ts)'),
  'delivery queued → partly_sent': byCancelling('what an interrupted try had handed over in part'),
  'delivery queued → failed': byCancelling('what a try had found to be addressed wrongly in part, before a limit held it up'),
  'delivery queued → uncertain': byCancelling('what a restore holds back (keeping.spec.ts)'),
  'delivery queued → cancelled': byCancelling('what nobody has begun to work on'),
  'delivery waiting → sent': byLateYes('when its delivery waits with a doubt (crash-recovery.spec.ts)'),
  'delivery waiting → partly_sent': byCancelling('what others have got'),
  'delivery waiting → failed': byCancelling('what others were refused'),
  'delivery waiting → uncertain': byCancelling('what may have arrived'),
  'delivery waiting → cancelled': byCancelling('what waits for its next try (deliveries.spec.ts)'),
  'delivery sent → failed': byBounce('one report tells that it came back from all (bounces.spec.ts)'),
  'delivery partly_sent → sent': byLateYes('of the last who was without it'),
  'delivery partly_sent → failed': byBounce('it comes back from the last who had it'),
  'delivery failed → sent': byLateYes('of all'),
  'delivery failed → partly_sent': byLateYes('of some'),
  'delivery uncertain → partly_sent': byLateYes('of those in doubt, while others were refused'),
  'delivery uncertain → failed': byBounce('what was in doubt comes back'),
  'delivery cancelled → sent': byLateYes('after a failover to a database that had not heard of the end of data'),
  'delivery cancelled → partly_sent': byLateYes('of some, in the same way'),
  'recipient rejected → accepted': byLateYes('after a failover to a database that had not heard of the end of data'),
  'recipient cancelled → accepted': byLateYes('in the same way'),
  'recipient uncertain → bounced': byBounce('what was in doubt comes back'),
};
