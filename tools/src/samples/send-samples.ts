import { type DeliveryView, type NotificationView } from '@billing-mail/contracts';
import { type RedisEnv } from '@billing-mail/platform';
import { publishDocuments } from '../dispatch-queue.js';
import { describeDelivery, followDelivery } from '../follow-delivery.js';
import { z } from 'zod';
import { call, findNotification } from '../services-client.js';
import { type StartFile } from '../start-file.js';
import { sampleDocuments } from './documents.js';
import { SAMPLE_TEAMS } from './teams.js';

/** A sample and what became of it, in words. */
export type SampleResult = { shows: string; teamId: string; deliveryId: string; outcome: string; notification: string | null };

/** What is needed of the running system to send and follow the samples. */
type Running = Pick<StartFile, 'mailDispatcher' | 'notificationService' | 'tokens'> & { redis: RedisEnv };

const SETTLED_WITHIN_MS = 30_000;
/** Long enough for the sample that has to bounce first. */
const TOLD_WITHIN_MS = 20_000;

/** Whether a sample team has a document in its log, so that there is something to look at. */
export async function hasDeliveries({ mailDispatcher, tokens }: Pick<Running, 'mailDispatcher' | 'tokens'>): Promise<boolean> {
  for (const teamId of SAMPLE_TEAMS) {
    const { body } = await call(`${mailDispatcher}/v1/teams/${teamId}/deliveries?limit=1`, tokens['service'] ?? '');
    if (z.object({ items: z.array(z.unknown()) }).parse(body).items.length > 0) return true;
  }
  return false;
}

/** Sends the samples through the queue and waits for the end of each. `bounces`: whether one of them can bounce here. */
export async function sendSamples(running: Running, bounces = false): Promise<SampleResult[]> {
  const samples = sampleDocuments(Date.now().toString(36), bounces);
  await publishDocuments(
    running.redis,
    samples.map(({ job }) => job),
  );
  return Promise.all(
    samples.map(async ({ shows, job, comesBack = false }) => {
      const delivery = await followDelivery(
        { teamId: job.teamId, key: job.key, documentId: job.document.id },
        {
          dispatcher: running.mailDispatcher,
          token: running.tokens['service'] ?? '',
          takenWithinMs: 20_000,
          settledWithinMs: SETTLED_WITHIN_MS,
        },
      );
      const isQuiet = delivery.status === 'sent' && !delivery.usedFallback && !comesBack;
      const notification = isQuiet ? null : await awaitNotification(running, job.teamId, delivery);
      const outcome = `${describeDelivery(delivery)}${comesBack && notification !== null ? '; then it came back' : ''}`;
      return { shows, teamId: job.teamId, deliveryId: delivery.id, outcome, notification };
    }),
  );
}

/**
 * Waits for the notification about a delivery. If it used the fallback, its team gets one notification about its own
 * server, not one for each document.
 */
async function awaitNotification(
  running: Running,
  teamId: string,
  { id, usedFallback }: Pick<DeliveryView, 'id' | 'usedFallback'>,
): Promise<string> {
  const isIt = ({ deliveryId, type }: NotificationView): boolean => (usedFallback ? type === 'smtp_server_down' : deliveryId === id);
  const token = running.tokens[`${teamId}-admin`] ?? '';
  const deadline = Date.now() + TOLD_WITHIN_MS;
  while (Date.now() < deadline) {
    const found = await findNotification(running.notificationService, token, isIt);
    if (found !== null) return found.title;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return `no notification within ${TOLD_WITHIN_MS / 1000} s`;
}
