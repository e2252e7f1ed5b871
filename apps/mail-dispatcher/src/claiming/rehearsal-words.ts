import { type Route } from '@billing-mail/contracts';
import { type DispatcherEnv } from '../dispatcher.env.js';
import { type LookedAfter } from '../records/rows.js';

/** The first message to the process. */
export type RehearsalSetup = Pick<
  DispatcherEnv,
  'DOCUMENT_STORE_URL' | 'DISPATCH_MEMORY' | 'SMIME_P12_FILE' | 'SMIME_P12_PASSPHRASE' | 'PLATFORM_FROM_ADDRESS'
>;
export type RehearsalTask = { delivery: LookedAfter; route: Route };
/** The messages of the process: it has started, it is alive, it has composed the delivery. */
export type RehearsalWord = 'ready' | 'beat' | 'done';

export const BEAT_MS = 1000;
