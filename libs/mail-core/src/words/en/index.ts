import { bounces } from './bounces.js';
import { failures } from './failures.js';
import { providerHints } from './provider-hints.js';
import { secondCopy } from './second-copy.js';

/** Why something failed and what helps, in English, for the people in billing. */
export const words = { failures, bounces, secondCopy, providerHints };
