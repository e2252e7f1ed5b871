// Makes and reads the return paths (MAIL FROM) of deliveries on the platform's route, to which servers report bounces if `BOUNCE_DOMAIN` is
// set.
import { Inject, Injectable } from '@nestjs/common';
import { type Route } from '@billing-mail/contracts';
import { readReturnPath, type ReturnPath, returnPathFor } from '@billing-mail/mail-core';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';

@Injectable()
export class ReturnPaths {
  /** Whether each recipient gets a separate transaction and return path, so that a report shows whom it is about. */
  readonly isPerRecipient: boolean;
  private readonly keys: NonNullable<DispatcherEnv['BOUNCE_SECRET']>;
  private readonly domain: string | null;

  constructor(@Inject(DISPATCHER_ENV) env: Pick<DispatcherEnv, 'BOUNCE_DOMAIN' | 'BOUNCE_SECRET' | 'BOUNCE_PER_RECIPIENT'>) {
    this.domain = env.BOUNCE_DOMAIN ?? null;
    this.keys = env.BOUNCE_SECRET ?? [];
    this.isPerRecipient = this.domain !== null && env.BOUNCE_PER_RECIPIENT;
  }

  /** Returns whether reports about this route come to us; those about a team's own server go to the team's own address. */
  servesRoute(route: Route): boolean {
    return route === 'platform' && this.domain !== null;
  }

  /** Returns the return path for a delivery, or for one of its recipients. Computes one HMAC. */
  addressFor(deliveryId: string, position: number | null): string {
    return `${returnPathFor({ deliveryId, position }, this.keys, new Date())}@${this.domain}`;
  }

  /** Returns what a return path was made for; `elsewhere` if the address is not in our domain. */
  read(address: string): ReturnPath | 'forged' | 'expired' | 'elsewhere' {
    const at = address.lastIndexOf('@');
    if (this.domain === null || address.slice(at + 1).toLowerCase() !== this.domain) return 'elsewhere';
    return readReturnPath(address.slice(0, at), this.keys, new Date());
  }
}
