// Sends the messages of webhooks as long as the process runs.
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { carriedTrace, type Logger, PollLoop, Traced, TroubleLog, untilDatabaseAnswers, within } from '@billing-mail/platform';
import { type HostPolicy } from '@billing-mail/smtp-client';
import { NOTIFICATION_ENV, type NotificationEnv } from '../../notification.env.js';
import { LOGGER, WEBHOOK_POLICY } from '../../notification.tokens.js';
import { webhookTries } from '../../notification.metrics.js';
import { messageIdOf } from './message-id.js';
import { postWebhook, type WebhookRequest } from './post-webhook.js';
import { signatureOf } from './webhook-keys.js';
import { type OwedMessage, type WebhookLane, WebhookOutboxStore } from './webhook-outbox.store.js';

const LOOK_EVERY_MS = 1000;
type LaneWithPlaces = WebhookLane & { places: number };
/** Webhooks that fail or are slow have places of their own, so that they only delay each other. */
const LANES: readonly LaneWithPlaces[] = [
  { isTroubled: false, places: 64, ofEach: 8 },
  { isTroubled: true, places: 16, ofEach: 1 },
];

@Injectable()
export class WebhookSenderService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly leaving = new AbortController();
  private readonly trouble: TroubleLog;
  private readonly working = new Set<Promise<void>>();
  private readonly loops = LANES.map((lane) => this.loopOf(lane));

  constructor(
    private readonly outbox: WebhookOutboxStore,
    @Inject(NOTIFICATION_ENV) private readonly env: NotificationEnv,
    @Inject(WEBHOOK_POLICY) private readonly policy: HostPolicy,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.trouble = new TroubleLog(logger);
  }

  onApplicationBootstrap(): void {
    for (const loop of this.loops) loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.leaving.abort();
    const stopped = Promise.all(this.loops.map((loop) => loop.stop(this.env.SHUTDOWN_GRACE)));
    await within(
      this.env.SHUTDOWN_GRACE,
      stopped.then(() => Promise.all(this.working)),
    );
  }

  /** Claims messages when a place becomes free, and once a second. A webhook gets further messages once it has answered those in work. */
  private loopOf(lane: LaneWithPlaces): PollLoop {
    const underWay = new Map<Promise<void>, string>();
    const look = async (): Promise<void> => {
      const room = lane.places - underWay.size;
      const claimed = room > 0 ? await this.outbox.claim(room, [...new Set(underWay.values())], lane) : [];
      for (const message of claimed) {
        const work: Promise<void> = this.handle(message).finally(() => {
          underWay.delete(work);
          this.working.delete(work);
          loop.wake();
        });
        underWay.set(work, message.webhookId);
        this.working.add(work);
      }
    };
    const loop = new PollLoop({
      look,
      everyMs: LOOK_EVERY_MS,
      onError: (error) => this.trouble.tell(error, { step: 'webhook' }, 'PostgreSQL does not answer; webhooks wait'),
    });
    return loop;
  }

  /**
   * Sends a message, and its trace context with it. Never throws: a message that could not be settled is due again when its lease runs out.
   */
  @Traced('webhook', { kind: 'client', about: ({ traceparent, teamId }: OwedMessage) => ({ parent: traceparent, teamId }) })
  private async handle(message: OwedMessage): Promise<void> {
    const { webhookId, teamId } = message;
    try {
      const request = this.requestOf(message);
      if (request === null) {
        await this.outbox.giveBack(message);
        webhookTries.inc({ result: 'held' });
        return;
      }
      const startedAt = performance.now();
      const answer = await postWebhook(request, this.policy);
      const durationMs = performance.now() - startedAt;
      // The request has been sent, so only the recording is repeated.
      const verdict = await untilDatabaseAnswers(
        () => this.outbox.settle(message, answer, durationMs),
        this.leaving.signal,
        (error) => this.trouble.tell(error as Error, { step: 'webhook' }, 'PostgreSQL does not answer; a try is recorded later'),
      );
      webhookTries.inc({ result: verdict === 'delivered' || verdict === 'off' ? verdict : 'failed' });
      const why = answer.kind === 'answered' ? answer.status : answer.trouble;
      this.logger[verdict === 'delivered' ? 'info' : 'warn']({ webhookId, teamId, step: 'webhook', verdict, why }, 'webhook');
    } catch (error) {
      this.logger.warn(
        { err: error, webhookId, teamId, step: 'webhook' },
        'could not settle a message of a webhook; it is due again when its lease runs out',
      );
    }
  }

  /** Builds the signed request. Returns `null` if it can't be signed, which is a trouble on our side and costs no try. */
  private requestOf(message: OwedMessage): WebhookRequest | null {
    const { webhookId, teamId, url, body, eventId } = message;
    const [id, timestamp] = [messageIdOf(eventId), Math.floor(Date.now() / 1000)];
    try {
      const signature = signatureOf({ id, timestamp, body }, this.outbox.openKeys(message));
      return {
        url,
        body,
        headers: {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
          'user-agent': 'Billing-Mail-Webhooks',
          'webhook-id': id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': signature,
          ...carriedTrace(),
        },
      };
    } catch (error) {
      this.logger.error({ err: error, webhookId, teamId, step: 'webhook' }, 'a message of a webhook can not be signed');
      return null;
    }
  }
}
