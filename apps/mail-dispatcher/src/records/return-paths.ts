// Where reports about deliveries of the platform's route come back to, where that is set up.
import { Inject, Injectable } from '@nestjs/common';
import { type Route } from '@billing-mail/contracts';
import { readReturnPath, type ReturnPath, returnPathFor } from '@billing-mail/mail-core';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';

@Injectable()
export class ReturnPaths {
  /** One transaction for each recipient, so that a report tells by its address whom it is about. */
  readonly isPerRecipient: boolean;
  private readonly keys: NonNullable<DispatcherEnv['BOUNCE_SECRET']>;
  private readonly domain: string | null;

  constructor(@Inject(DISPATCHER_ENV) env: Pick<DispatcherEnv, 'BOUNCE_DOMAIN' | 'BOUNCE_SECRET' | 'BOUNCE_PER_RECIPIENT'>) {
    this.domain = env.BOUNCE_DOMAIN ?? null;
    this.keys = env.BOUNCE_SECRET ?? [];
    this.isPerRecipient = this.domain !== null && env.BOUNCE_PER_RECIPIENT;
  }

  /** Whether reports come back to us by this route: a team's own server reports to the team's own address. */
  servesRoute(route: Route): boolean {
    return route === 'platform' && this.domain !== null;
  }

  /** Sender of the envelope for a delivery, or for one of its recipients. Asks nobody: one HMAC. */
  addressFor(deliveryId: string, position: number | null): string {
    return `${returnPathFor({ deliveryId, position }, this.keys, new Date())}@${this.domain}`;
  }

  /** What an address stands for; `elsewhere` where it is none of our domain. */
  read(address: string): ReturnPath | 'forged' | 'expired' | 'elsewhere' {
    const at = address.lastIndexOf('@');
    if (this.domain === null || address.slice(at + 1).toLowerCase() !== this.domain) return 'elsewhere';
    return readReturnPath(address.slice(0, at), this.keys, new Date());
  }
}
