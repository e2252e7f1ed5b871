import { Counter } from 'prom-client';

export const bouncesTaken = new Counter({
  name: 'billing_mail_bounces_total',
  help: 'Findings of delivery reports, each counted once, by kind and, for bounces, by class',
  labelNames: ['kind', 'class'],
});
export const bouncesIgnored = new Counter({
  name: 'billing_mail_bounces_ignored_total',
  help: 'Mails and recipients at the return path that nothing followed from, by reason',
  labelNames: ['reason'],
});
