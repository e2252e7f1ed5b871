import { type OutcomeEvent } from '@billing-mail/contracts';
import { type EntityManager } from 'typeorm';
import { type RaisedAlert } from '../alerts/alert.store.js';

/** What came: the outcomes as they are, also those of which no person is told, and what people are told of them. */
export type Told = { events: readonly OutcomeEvent[]; raised: readonly RaisedAlert[] };

/**
 * A way in which people, or their programs, hear. `accept` takes over what is to be told within the transaction that makes it true, so that
 * nothing is told twice or forgotten; whatever takes time or may fail happens after the commit. It costs nothing where it has nothing to tell.
 */
export interface Channel {
  accept(tx: EntityManager, told: Told): Promise<void>;
}

/** Injection token of all channels, in the order in which they accept. */
export const CHANNELS = Symbol('CHANNELS');
