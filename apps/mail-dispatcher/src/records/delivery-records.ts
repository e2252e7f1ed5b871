import { Injectable } from '@nestjs/common';
import { Sql } from '@billing-mail/platform';
import { releaseEndsOfData, type Release } from './release-statement.js';
import { settleDeliveries, type Settled, type SettleWrite } from './settle-statement.js';
import { StatementGroup } from './statement-group.js';
import { findByKey, type NewDelivery, takeDeliveries, type Taken } from './take-statement.js';

/**
 * Largest number of deliveries in a statement: enough for all deliveries that a busy process has at one point, and so few that their JSON
 * does not block the event loop.
 */
const MOST = 64;
/**
 * The process that settles publishes its outcomes within a second. After this time the relays assume that it is gone or can't reach Redis.
 */
const LEFT_FOR_MS = 10_000;

/**
 * Runs the three statements of a delivery, each for a group of all deliveries that are at the same point. Only one statement of a kind runs
 * at a time: a second one would halve the groups, and with them the number of deliveries that share a commit.
 */
@Injectable()
export class DeliveryRecords {
  private readonly taking: StatementGroup<NewDelivery, Taken>;
  private readonly releasing: StatementGroup<Release, boolean>;
  private readonly settling: StatementGroup<SettleWrite, Settled>;

  constructor(private readonly sql: Sql) {
    const group = { slots: 1, most: MOST };
    this.taking = new StatementGroup((deliveries) => takeDeliveries(sql, deliveries), group);
    this.releasing = new StatementGroup((releases) => releaseEndsOfData(sql, releases), group);
    this.settling = new StatementGroup((writes) => settleDeliveries(sql, writes, LEFT_FOR_MS), group);
  }

  take(delivery: NewDelivery): Promise<Taken> {
    return this.taking.ask(delivery);
  }

  /** Returns the delivery that was taken under a key, for callers that must know it before they read any bytes; `null` if there is none. */
  earlier(teamId: string, key: string): Promise<{ deliveryId: string; contentHash: string } | null> {
    return findByKey(this.sql, teamId, key);
  }

  /** The end-of-data gate: resolves to true once it is committed that the end of data goes out to these recipients. */
  release(release: Release): Promise<boolean> {
    return this.releasing.ask(release);
  }

  /** Writes nothing if the claim or the recipients have changed meanwhile. The caller has to publish the outcome. */
  settle(write: SettleWrite): Promise<Settled> {
    return this.settling.ask(write);
  }
}
