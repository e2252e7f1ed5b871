import { type Route } from '@billing-mail/contracts';
import { type DispatcherEnv } from '../dispatcher.env.js';
import { type LookedAfter } from '../records/rows.js';

/** What the process of a rehearsal is told first. */
export type RehearsalSetup = Pick<
  DispatcherEnv,
  'DOCUMENT_STORE_URL' | 'DISPATCH_MEMORY' | 'SMIME_P12_FILE' | 'SMIME_P12_PASSPHRASE' | 'PLATFORM_FROM_ADDRESS'
>;
export type RehearsalTask = { delivery: LookedAfter; route: Route };
/** What it says: it has started, it lives, it has composed what it was given. */
export type RehearsalWord = 'ready' | 'beat' | 'done';

export const BEAT_MS = 1000;
