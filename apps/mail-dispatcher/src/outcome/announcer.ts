import { Inject, Injectable } from '@nestjs/common';
import { type ClientProxy } from '@nestjs/microservices';
import { DELIVERY_UPDATED, DELIVERY_STATUSES, type DeliveryUpdatedEvent, type DocumentReference } from '@billing-mail/contracts';
import { lastValueFrom, timeout } from 'rxjs';
import { TRANSPORT_CLIENT } from '../gathering/settings.client.js';

const EMIT_TIMEOUT_MS = 2000;

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
    lastValueFrom(this.transport.emit(DELIVERY_UPDATED, event).pipe(timeout(EMIT_TIMEOUT_MS)), { defaultValue: undefined }).catch(
      () => undefined,
    );
  }
}
