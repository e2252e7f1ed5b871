import { Inject, Injectable } from '@nestjs/common';
import { type ClientProxy } from '@nestjs/microservices';
import { DELIVERY_UPDATED, DELIVERY_STATUSES, type DeliveryUpdatedEvent, type DocumentReference } from '@billing-mail/contracts';
import { TRANSPORT_CLIENT } from '../documents/settings.client.js';

/** Broadcasts that a delivery has changed, for live views. A lost broadcast does no harm, as the delivery log has the state. */
@Injectable()
export class Announcer {
  constructor(@Inject(TRANSPORT_CLIENT) private readonly transport: ClientProxy) {}

  announce(delivery: { id: string; teamId: string; document: DocumentReference }, status: string): void {
    const known = DELIVERY_STATUSES.find((name) => name === status);
    if (known === undefined) return;
    const event: DeliveryUpdatedEvent = {
      teamId: delivery.teamId,
      deliveryId: delivery.id,
      status: known,
      documentId: delivery.document.id,
    };
    // `emit` publishes even if nobody subscribes to its result; the subscription is there to handle an error.
    this.transport.emit(DELIVERY_UPDATED, event).subscribe({ error: () => undefined });
  }
}
