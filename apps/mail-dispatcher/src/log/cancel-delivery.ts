import { Inject, Injectable } from '@nestjs/common';
import { ProblemException } from '@billing-mail/platform';
import { DOCUMENT_STORE } from '../dispatcher.tokens.js';
import { type DocumentStore } from '../documents/document-store.js';
import { SettlementStore } from '../settling/settlement.store.js';

/** Cancels the recipients that can still be cancelled, or says why none can. */
@Injectable()
export class CancelDelivery {
  constructor(
    @Inject(DOCUMENT_STORE) private readonly documents: DocumentStore,
    private readonly settlements: SettlementStore,
  ) {}

  async cancel(teamId: string, deliveryId: string, by: string): Promise<void> {
    switch (await this.settlements.cancel(teamId, deliveryId, by)) {
      case 'cancelled':
        for (const sha256 of await this.settlements.messagesOf(deliveryId)) await this.documents.remove(sha256);
        return;
      case 'settled':
        throw new ProblemException(409, 'settled', 'The delivery is settled; there is nothing left to cancel.');
      case 'in_final':
        throw new ProblemException(
          409,
          'in-final',
          'The mail server has the mail and is answering right now; it can no longer be cancelled.',
        );
      case 'unknown':
        throw new ProblemException(404, 'not-found', 'The delivery does not exist, or is not yours.');
    }
  }
}
