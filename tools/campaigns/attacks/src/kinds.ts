import { type Kind } from './attack.js';
import { answers } from './kinds/answers.js';
import { bodies } from './kinds/bodies.js';
import { connections } from './kinds/connections.js';
import { figures } from './kinds/figures.js';
import { inside } from './kinds/inside.js';
import { injections } from './kinds/injections.js';
import { jobs } from './kinds/jobs.js';
import { limits } from './kinds/limits.js';
import { names } from './kinds/names.js';
import { neighbours } from './kinds/neighbours.js';
import { secrets } from './kinds/secrets.js';
import { speaking } from './kinds/speaking.js';
import { tokens } from './kinds/tokens.js';
import { uploads } from './kinds/uploads.js';

/** The campaign in its order, one file per kind. The worst bodies come last, because memory is measured after them. */
export const KINDS: readonly Kind[] = [
  tokens,
  names,
  speaking,
  inside,
  answers,
  injections,
  secrets,
  jobs,
  neighbours,
  limits,
  connections,
  uploads,
  bodies,
  figures,
];
