import { type OutcomeEvent } from '@billing-mail/contracts';
import { type EntityManager } from 'typeorm';
import { type RaisedAlert } from '../alerts/alert.store.js';

/** `events`: all outcomes, including those that no person is told about. `raised`: the notifications that people get. */
export type Told = { events: readonly OutcomeEvent[]; raised: readonly RaisedAlert[] };

/**
 * A way to tell people, or their programs, what happened. `accept` records what is to be sent in the transaction of the change itself, so
 * that nothing is sent twice or forgotten. Everything that takes time or may fail happens after the commit.
 */
export interface Channel {
  accept(tx: EntityManager, told: Told): Promise<void>;
}

/** Injection token of all channels, in the order in which they are called. */
export const CHANNELS = Symbol('CHANNELS');
