import { Injectable } from '@nestjs/common';
import { Sql } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { releaseEndsOfData, type Release } from './release-statement.js';
import { settleDeliveries, type Settled, type SettleWrite } from './settle-statement.js';
import { StatementGroup } from './statement-group.js';
import { findByKey, type NewDelivery, takeDeliveries, type Taken } from './take-statement.js';

/** Large enough that a full process shares one statement, small enough that the JSON of it is no burden for the event loop. */
const MOST = 64;
/** Whoever settles publishes what is told within a second; a process that does not is gone or can not reach Redis. */
const LEFT_FOR_MS = 10_000;

/**
 * The three statements of a delivery, each together with all others that are at the same point. One of a kind is on its way at a time: a
 * second one would halve the groups, and with them what a commit serves.
 */
@Injectable()
export class DeliveryRecords {
  private readonly taking: StatementGroup<NewDelivery, Taken>;
  private readonly releasing: StatementGroup<Release, boolean>;
  private readonly settling: StatementGroup<SettleWrite, Settled>;

  private readonly sql: Sql;

  constructor(dataSource: DataSource) {
    const sql = (this.sql = new Sql(dataSource));
    const group = { slots: 1, most: MOST };
    this.taking = new StatementGroup((deliveries) => takeDeliveries(sql, deliveries), group);
    this.releasing = new StatementGroup((releases) => releaseEndsOfData(sql, releases), group);
    this.settling = new StatementGroup((writes) => settleDeliveries(sql, writes, LEFT_FOR_MS), group);
  }

  take(delivery: NewDelivery): Promise<Taken> {
    return this.taking.ask(delivery);
  }

  /** The delivery of a key, for whoever has to know before it brings bytes. */
  earlier(teamId: string, key: string): Promise<{ deliveryId: string; contentHash: string } | null> {
    return findByKey(this.sql, teamId, key);
  }

  /** The end-of-data gate: true once it is committed that the end of data goes out to these recipients. */
  release(release: Release): Promise<boolean> {
    return this.releasing.ask(release);
  }

  /** Not written when the claim or the recipients are others by now. What it tells is the caller's to publish. */
  settle(write: SettleWrite): Promise<Settled> {
    return this.settling.ask(write);
  }
}
