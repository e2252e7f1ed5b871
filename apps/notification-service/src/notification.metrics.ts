import { Counter, Gauge } from 'prom-client';

export const outcomesTaken = new Counter({
  name: 'notification_outcomes_total',
  help: 'Outcomes taken off the queue: recorded, repeated (told before), rejected (can not be read or kept); failed counts jobs that are tried again',
  labelNames: ['result'] as const,
});

export const alertsRaised = new Counter({
  name: 'notification_alerts_total',
  help: 'Outcomes that somebody was told of',
  labelNames: ['type'] as const,
});

export const emailsHandled = new Counter({
  name: 'notification_emails_total',
  help: 'Alert e-mails: sent, failed (to be tried again), doubtful (no answer to the end of data), held (for a reason of ours), gave_up, no_such_address, uncertain or unwanted',
  labelNames: ['result'] as const,
});

export const openStreams = new Gauge({ name: 'notification_streams_open', help: 'Open live streams' });
