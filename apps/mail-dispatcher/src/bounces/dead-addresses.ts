// Warns at once about a document to an address from which documents came back before. Such addresses are kept in memory, so all other
// documents cost nothing.
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { type BounceClass } from '@billing-mail/contracts';
import { type Logger, PollLoop, Sql, TroubleLog, untilDatabaseAnswers } from '@billing-mail/platform';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { LOGGER } from '../dispatcher.tokens.js';
import { addToOutbox } from '../records/outbox.store.js';
import { OutcomeRelay } from '../settling/outcome-relay.js';
import { lockDelivery } from '../settling/settlement.store.js';
import { toBouncedEvent } from './bounce-effects.js';
import { type DeadAddress, BouncedAddressesStore } from './bounced-addresses.store.js';

/**
 * Within this time, this process learns of an address that another process recorded. A forgotten address stays known here until all
 * addresses are read again, but before a warning the table is checked.
 */
const LEARN_MS = 5000;
const ALL_ANEW_MS = 10 * 60 * 1000;

@Injectable()
export class DeadAddresses implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly trouble: TroubleLog;
  private known = new Map<string, Set<string>>();
  private knownUntil: Date | null = null;
  private allAt = 0;
  private readonly learning = new PollLoop({ look: () => this.learn(), everyMs: LEARN_MS, onError: (error) => this.tellOf(error) });

  constructor(
    @Inject(DISPATCHER_ENV) private readonly env: DispatcherEnv,
    @Inject(LOGGER) logger: Logger,
    private readonly sql: Sql,
    private readonly store: BouncedAddressesStore,
    private readonly relay: OutcomeRelay,
  ) {
    this.trouble = new TroubleLog(logger);
  }

  onApplicationBootstrap(): void {
    if (this.env.BOUNCE_DOMAIN === undefined) return;
    this.learning.start();
    this.store.onRemembered((dead) => this.note(dead));
  }

  beforeApplicationShutdown(): void {
    void this.learning.stop();
  }

  /** Warns if recipients have dead addresses. Returns at once: the document goes out whatever becomes of the warning. */
  watch(deliveryId: string, teamId: string, recipients: readonly { address: string }[]): void {
    const ofTeam = this.known.get(teamId);
    if (ofTeam === undefined) return;
    const dead = recipients.map(({ address }) => address.toLowerCase()).filter((address) => ofTeam.has(address));
    if (dead.length === 0) return;
    const { signal } = this.learning;
    untilDatabaseAnswers(
      () => this.warn(deliveryId, teamId, dead),
      signal,
      (error) => this.tellOf(error),
    ).catch((error: unknown) => {
      if (!signal.aborted) this.tellOf(error);
    });
  }

  private async warn(deliveryId: string, teamId: string, dead: readonly string[]): Promise<void> {
    const isTold = await this.sql.transaction(async (sql) => {
      const state = await lockDelivery(sql, deliveryId, teamId);
      if (state === null) return false;
      const untold = await this.store.untold(sql, teamId, dead, state.document.recurrence?.seriesId ?? null);
      const about = state.recipients.flatMap((recipient) => {
        const known = untold.get(recipient.address.toLowerCase());
        return known === undefined ? [] : [{ recipient, class: known.class as BounceClass, reply: known.diagnostic }];
      });
      if (about.length > 0) await addToOutbox(sql, toBouncedEvent(state, 'known_dead', about));
      return about.length > 0;
    });
    if (isTold) this.relay.wake();
  }

  private note({ teamId, address }: DeadAddress): void {
    const ofTeam = this.known.get(teamId) ?? new Set();
    this.known.set(teamId, ofTeam.add(address));
  }

  private async learn(): Promise<void> {
    const isAnew = this.knownUntil === null || performance.now() - this.allAt > ALL_ANEW_MS;
    const { dead, until } = await this.store.since(isAnew ? null : this.knownUntil);
    if (isAnew) {
      this.known = new Map();
      this.allAt = performance.now();
    }
    for (const each of dead) this.note(each);
    this.knownUntil = until;
  }

  private tellOf(error: unknown): void {
    this.trouble.tell(error as Error, { step: 'dead-address' }, 'could not read the bounced addresses');
  }
}
