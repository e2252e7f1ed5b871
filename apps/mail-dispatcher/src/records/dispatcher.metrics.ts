// The Prometheus metrics of mail-dispatcher.
import { REJECTION_REASONS, ROUTES } from '@billing-mail/contracts';
import { Counter, Gauge, Histogram } from 'prom-client';

export const deliverySteps = new Counter({
  name: 'billing_mail_delivery_steps_total',
  help: 'Delivery steps, by result',
  labelNames: ['verdict'],
});
export const inHandGauge = new Gauge({ name: 'billing_mail_deliveries_in_hand', help: 'Deliveries that this process works on' });
export const jobsTaken = new Counter({
  name: 'billing_mail_jobs_total',
  help: 'Jobs and requests taken in, by result',
  labelNames: ['result'],
});
export const journalSetAside = new Counter({
  name: 'billing_mail_journal_set_aside_total',
  help: 'Files of the result journal that could not be recorded and were set aside, by reason',
  labelNames: ['reason'],
});
export const blobsCollected = new Counter({
  name: 'billing_mail_blobs_collected_total',
  help: 'Blobs that no delivery names, by step: set aside, removed, restored because a delivery names them again, or unfinished',
  labelNames: ['step'],
});
export const platformRouteReady = new Gauge({
  name: 'billing_mail_platform_route_ready',
  help: '1 while this part of the platform route works (signing certificate, server), otherwise 0',
  labelNames: ['part'],
});
export const certificateEnd = new Gauge({
  name: 'billing_mail_certificate_expiry_timestamp_seconds',
  help: "When the platform's signing certificate ends, as seconds since 1970",
});
export const teamCertificatesEnding = new Gauge({
  name: 'billing_mail_team_certificates_ending',
  help: 'Certificates of teams that end within so many days, or have ended less than a week ago',
  labelNames: ['days'],
});
export const deliveriesSettled = new Counter({
  name: 'billing_mail_deliveries_settled_total',
  help: 'Deliveries settled, by status and by the route that they ended on',
  labelNames: ['status', 'route'],
});
export const takenToSettled = new Histogram({
  name: 'billing_mail_delivery_duration_seconds',
  help: 'Time from intake, or from the requested send time, until the delivery was settled',
  labelNames: ['route'],
  buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900, 3600, 14_400],
});
export const triesEnded = new Counter({
  name: 'billing_mail_tries_total',
  help: 'Tries, by route, outcome and the stage that they reached',
  labelNames: ['route', 'outcome', 'stage'],
});
export const smtpReplies = new Counter({
  name: 'billing_mail_smtp_replies_total',
  help: 'Replies of servers at the end of a try, by class ("none" if there was no reply)',
  labelNames: ['route', 'class'],
});
export const jobsRejected = new Counter({
  name: 'billing_mail_rejected_jobs_total',
  help: 'Jobs set aside, by reason',
  labelNames: ['reason'],
});
export const deliveriesWaiting = new Gauge({
  name: 'billing_mail_deliveries_waiting',
  help: 'Deliveries of all teams that nobody works on: due, or to be tried later',
  labelNames: ['state'],
});
export const oldestDueAge = new Gauge({
  name: 'billing_mail_oldest_due_delivery_age_seconds',
  help: 'For how long the delivery that has waited longest has been due, by the route that it is heading for; 0 when none is',
  labelNames: ['route'],
});
export const lateLanes = new Gauge({
  name: 'billing_mail_late_lanes',
  help: 'Lanes (a team and the route that it is heading for) with a delivery that has been due for more than five minutes',
  labelNames: ['route'],
});
export const outboxWaiting = new Gauge({
  name: 'billing_mail_outbox_events',
  help: 'Outcomes that notification-service has not acknowledged yet',
});
export const outboxAge = new Gauge({
  name: 'billing_mail_outbox_oldest_event_age_seconds',
  help: 'Age of the oldest of these; 0 when there is none',
});
export const queueJobs = new Gauge({
  name: 'billing_mail_queue_jobs',
  help: 'Jobs in the queues of Redis, by state',
  labelNames: ['queue', 'state'],
});
export const documentStoreSeconds = new Histogram({
  name: 'billing_mail_document_store_duration_seconds',
  help: 'Time that the document store took, by operation and result',
  labelNames: ['operation', 'result'],
  buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 1, 5, 30],
});

// These series are created at start, so that the first event of a kind appears as an increase and not as a new series.
for (const reason of REJECTION_REASONS) jobsRejected.inc({ reason }, 0);
for (const status of ['sent', 'partly_sent', 'failed', 'uncertain', 'cancelled'])
  for (const route of ROUTES) deliveriesSettled.inc({ status, route }, 0);
for (const reason of ['unreadable', 'truncated', 'invalid', 'unknown_delivery', 'not_recordable']) journalSetAside.inc({ reason }, 0);
for (const operation of ['put', 'read', 'check']) documentStoreSeconds.zero({ operation, result: 'failed' });
