import { type EntityManager } from 'typeorm';
import { type RaisedAlert } from '../alerts/alert.store.js';

/**
 * A way in which alerts reach people. `accept` takes over what was raised within the transaction that raised it, so that
 * nothing is told twice or forgotten; whatever takes time or may fail happens after the commit.
 */
export interface Channel {
  accept(tx: EntityManager, raised: RaisedAlert[]): Promise<void>;
}

/** Injection token of all channels, in the order in which they accept. */
export const CHANNELS = Symbol('CHANNELS');
