import { distance } from './families/distance.js';
import { inline } from './families/inline.js';
import { oneDispatcher } from './families/one-dispatcher.js';
import { sinkAlone } from './families/sink.js';
import { waysOut } from './families/ways-out.js';
import { type Family } from './row.js';

/** The table, in its order. */
export const FAMILIES: readonly Family[] = [oneDispatcher, inline, waysOut, distance, sinkAlone];
