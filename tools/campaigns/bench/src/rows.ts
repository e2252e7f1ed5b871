import { bounces } from './families/bounces.js';
import { claims } from './families/claims.js';
import { distance } from './families/distance.js';
import { history } from './families/history.js';
import { idle } from './families/idle.js';
import { dispatchers, recipients } from './families/many.js';
import { keeping } from './families/keeping.js';
import { memory } from './families/memory.js';
import { oneDispatcher } from './families/one-dispatcher.js';
import { page } from './families/page.js';
import { parts } from './families/parts.js';
import { sinkAlone } from './families/sink.js';
import { byRef, inline } from './families/sizes.js';
import { statements } from './families/statements.js';
import { waysOut } from './families/ways-out.js';
import { type Family } from './row.js';

/** The families in the order of the table. */
export const FAMILIES: readonly Family[] = [
  oneDispatcher,
  byRef,
  inline,
  waysOut,
  bounces,
  distance,
  statements,
  claims,
  dispatchers,
  recipients,
  history,
  keeping,
  page,
  memory,
  idle,
  parts,
  sinkAlone,
];
