import { Inject, Injectable } from '@nestjs/common';
import { type ClientProxy } from '@nestjs/microservices';
import { DELIVERY_UPDATED, DELIVERY_STATUSES, type DeliveryUpdatedEvent, type DocumentReference } from '@billing-mail/contracts';
import { TRANSPORT_CLIENT } from '../documents/settings.client.js';

/** Tells whoever listens now that a delivery changed. A broadcast that gets lost is no harm: the log has it. */
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
    // An emitted event goes out whether somebody subscribes or not; only its failure needs a listener.
    this.transport.emit(DELIVERY_UPDATED, event).subscribe({ error: () => undefined });
  }
}
