// Follows a delivery from the queue to its end and reports each try as it happens.
import { type AttemptView, type DeliveryView } from '@billing-mail/contracts';
import { findDelivery } from './services-client.js';
import { CurableError } from './step.js';

export type Followed = { teamId: string; key: string; documentId: string };

export type FollowOptions = {
  dispatcher: string;
  token: string;
  /** Longest wait for the dispatcher to take the job from the queue. */
  takenWithinMs: number;
  /** Longest wait for its end; then the delivery is returned as it is. */
  settledWithinMs: number;
  /** Returns why the job was set aside instead, or `null`. */
  findRejection?: () => Promise<string | null>;
  onTaken?: (delivery: DeliveryView) => void;
  onAttempt?: (attempt: AttemptView, delivery: DeliveryView) => void;
};

const ASK_EVERY_MS = 250;

/** Resolves with the delivery when it is settled, or in its present state when the time is up. Throws CurableError if there is none. */
export async function followDelivery(job: Followed, options: FollowOptions): Promise<DeliveryView> {
  const startedAt = Date.now();
  const told = new Set<number>();
  let taken = false;
  for (;;) {
    const rejected = (await options.findRejection?.()) ?? null;
    if (rejected !== null) throw new CurableError(`${job.key} was rejected: ${rejected}`, 'fix what it names and publish again.');
    const delivery = await findDelivery(options.dispatcher, options.token, job);
    const waitedMs = Date.now() - startedAt;
    if (delivery === null) {
      if (waitedMs > options.takenWithinMs) throw notTaken(job, options.takenWithinMs);
    } else {
      if (!taken) options.onTaken?.(delivery);
      taken = true;
      for (const attempt of delivery.attempts.filter(({ number, outcome }) => outcome !== null && !told.has(number))) {
        told.add(attempt.number);
        options.onAttempt?.(attempt, delivery);
      }
      if (delivery.settledAt !== null || waitedMs > options.settledWithinMs) return delivery;
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

function notTaken({ key }: Followed, withinMs: number): CurableError {
  return new CurableError(
    `The dispatcher has not turned ${key} into a delivery within ${withinMs / 1000} s.`,
    'read the log of mail-dispatcher, which npm start keeps in .data/logs; each line is JSON and names the step.',
  );
}

/** Describes one attempt in a line: its route, its outcome and stage, the reply, server, TLS and duration. */
export function describeAttempt(attempt: AttemptView): string {
  const ended = attempt.outcome === 'accepted' ? 'accepted' : `${attempt.outcome} at ${attempt.stage ?? 'the start'}`;
  const said = attempt.reply ? `: ${attempt.reply}` : '';
  const facts = [attempt.server, attempt.tls, attempt.durationMs === null ? null : `${attempt.durationMs} ms`].filter(Boolean).join(', ');
  return `attempt ${attempt.number} by ${attempt.route}: ${ended}${said} (${facts})`;
}

/** Describes in a sentence what became of a delivery. */
export function describeDelivery(delivery: DeliveryView): string {
  const accepted = delivery.recipients.filter(({ status }) => status === 'accepted').length;
  const way = delivery.usedFallback ? "platform, after the team's own server failed" : (delivery.route ?? 'no route yet');
  const attempts = delivery.attempts.length;
  const parts = [
    `${delivery.status}: ${accepted} of ${delivery.recipients.length} recipients`,
    `by ${way}`,
    attempts === 1 ? '1 attempt' : `${attempts} attempts`,
  ];
  return [...parts, delivery.signed ? 'signed' : 'not signed', ...(delivery.failure ? [delivery.failure.message] : [])].join(', ');
}
