import { Counter, Gauge, Histogram } from 'prom-client';

export const outcomesTaken = new Counter({
  name: 'billing_mail_outcomes_total',
  help: 'Outcomes taken off the queue: recorded, repeated (told before), rejected (can not be read or kept); failed counts jobs that are tried again',
  labelNames: ['result'] as const,
});

export const alertsRaised = new Counter({
  name: 'billing_mail_alerts_total',
  help: 'Outcomes that somebody was told of',
  labelNames: ['type'] as const,
});

export const alertsSent = new Counter({
  name: 'billing_mail_alerts_sent_total',
  help: 'Alerts told, by channel',
  labelNames: ['channel'] as const,
});

export const alertDelay = new Histogram({
  name: 'billing_mail_alert_delay_seconds',
  help: 'Time from the outcome to its notification in the inbox, and from when an e-mail was due until it was sent',
  labelNames: ['channel'] as const,
  buckets: [0.5, 1, 2.5, 5, 15, 60, 300, 900, 3600, 14_400],
});

export const emailsHandled = new Counter({
  name: 'billing_mail_alert_emails_total',
  help: 'Alert e-mails: sent, failed (to be tried again), doubtful (no answer to the end of data), held (for a reason of ours), gave_up, no_such_address, uncertain or unwanted',
  labelNames: ['result'] as const,
});

export const emailsWaiting = new Gauge({ name: 'billing_mail_alert_emails_waiting', help: 'Alert e-mails that are owed and due' });

export const oldestEmailAge = new Gauge({
  name: 'billing_mail_oldest_alert_email_age_seconds',
  help: 'For how long the alert e-mail that has waited longest has been owed without being sent; 0 when none is',
});

export const openStreams = new Gauge({ name: 'billing_mail_open_streams', help: 'Open live streams' });

export const webhookTries = new Counter({
  name: 'billing_mail_webhook_tries_total',
  help: 'Requests to webhooks: delivered, failed, off (failed, and the webhook was switched off) or held (not sent, for a reason of ours)',
  labelNames: ['result'] as const,
});

// Created at start, so that the first event of a kind is an increase and not a new series.
for (const result of ['recorded', 'repeated', 'rejected', 'failed']) outcomesTaken.inc({ result }, 0);
