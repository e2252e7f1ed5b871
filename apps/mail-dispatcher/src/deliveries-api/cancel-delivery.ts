import { Injectable } from '@nestjs/common';
import { ProblemException } from '@billing-mail/platform';
import { TriesStore } from '../delivery/tries.store.js';

/** Cancels what can still be cancelled, or says why nothing can. */
@Injectable()
export class CancelDelivery {
  constructor(private readonly tries: TriesStore) {}

  async cancel(teamId: string, deliveryId: string): Promise<void> {
    switch (await this.tries.cancel(teamId, deliveryId)) {
      case 'cancelled':
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
