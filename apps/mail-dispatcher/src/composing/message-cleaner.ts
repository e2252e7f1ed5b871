import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { type Logger } from '@billing-mail/platform';
import { CompositionStore } from '../delivery/composition.store.js';
import { DOCUMENT_STORE, LOGGER } from '../dispatcher.tokens.js';
import { type DocumentStore } from '../gathering/document-store.js';

const EVERY_MS = 60_000;
/** A late answer is recorded without the bytes; the hour is for people who look. */
const KEPT_MS = 3_600_000;
const BATCH = 500;

/** Removes composed messages once their delivery is settled. The documents themselves stay, for sending again. */
@Injectable()
export class MessageCleaner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(DOCUMENT_STORE) private readonly documents: DocumentStore,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly compositions: CompositionStore,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.clean(KEPT_MS).catch((error: unknown) => this.logger.warn({ step: 'clean', err: error }, 'could not remove composed messages'));
    }, EVERY_MS);
    this.timer.unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Returns how many it removed. */
  async clean(keptMs: number): Promise<number> {
    const outlived = await this.compositions.outlived(keptMs, BATCH);
    for (const { deliveryId, route, sha256 } of outlived) {
      await this.documents.remove(sha256);
      await this.compositions.noteRemoved(deliveryId, route);
    }
    return outlived.length;
  }
}
