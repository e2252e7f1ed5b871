import { Counter, Gauge } from 'prom-client';

export const deliverySteps = new Counter({
  name: 'billing_mail_delivery_steps_total',
  help: 'Steps on deliveries by what they came to',
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
  help: 'Files of the document store that no delivery names: set aside, then removed, or restored as one came to name them; and unfinished ones',
  labelNames: ['step'],
});
export const platformRouteReady = new Gauge({
  name: 'billing_mail_platform_route_ready',
  help: '1 while the platform can send, 0 while it can not: it has a good certificate to sign with, its server answers',
  labelNames: ['part'],
});
export const certificateEnd = new Gauge({
  name: 'billing_mail_signing_certificate_not_after_seconds',
  help: 'When the signing certificate ends, as seconds since 1970',
});
