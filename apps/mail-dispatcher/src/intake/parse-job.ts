// Parses the texts of a job, except one that takes so much memory that this process would die of it: 38 MB of "[" take 4 GB. Whoever took such a
// job over would die as well, and so nobody would be told of it.
import { JsonScan, MOST_DEPTH, MOST_FIELDS, type TooMuchJson } from '@billing-mail/platform';
import type { Job, Queue } from 'bull';

/** Up to this length a text is parsed without a look at it first: at its worst it takes some 30 MB. Most jobs are shorter. */
const SHORT_CHARACTERS = 256 * 1024;
/** Of a longer text so much is looked at in one go, which a processor can keep in its cache. */
const PIECE_CHARACTERS = 64 * 1024;
/** Some 330,000 recipients with their names. A queue has no limit for them, but the values of a job must fit in memory: 64 MB. */
const MOST_VALUES = 1_000_000;
/** More than any payload that fits the schema. The rest of a text that is not parsed is cut off. */
export const KEPT_CHARACTERS = 64 * 1024 * 1024;
/** Of a text that is not parsed, so much is searched for whom to tell. Short, so that it can be parsed whatever it is. */
const BEGINNING_CHARACTERS = 16 * 1024;

const PROBLEMS: Record<TooMuchJson, string> = {
  'too-deep': `is nested more than ${MOST_DEPTH} levels deep`,
  'too-many-values': `has more than ${MOST_VALUES} values`,
  'too-many-fields': `has an object of more than ${MOST_FIELDS} fields`,
};

/** A text that is not JSON, or that would take too much memory. */
export class UnparsedText {
  constructor(
    readonly text: string,
    /** What is wrong with it, in words. */
    readonly problem: string,
  ) {}

  get bytes(): Buffer {
    return Buffer.from(this.text.slice(0, KEPT_CHARACTERS));
  }

  /** Those fields that stand whole at the beginning of the object. */
  fieldsAtBeginning(): unknown {
    const beginning = this.text.slice(0, BEGINNING_CHARACTERS);
    let [depth, end] = [0, 0];
    // Strings as a whole, as brackets and commas in them are text; the last one may be cut off.
    for (const { 0: token, index } of beginning.matchAll(/"(?:[^"\\]|\\.)*(?:"|\\?$)|[{}[\],]/gs)) {
      if (token === '{' || token === '[') depth += 1;
      else if (token === '}' || token === ']') depth -= 1;
      else if (token === ',' && depth === 1) end = index;
    }
    return parsed(`${beginning.slice(0, end)}}`);
  }
}

/** The value of a job's text, or why there is none. Never throws. */
export function parseJob(text: string): unknown {
  const problem = whyTooMuch(text);
  if (problem !== null) return new UnparsedText(text, problem);
  const value = parsed(text);
  return value === undefined ? new UnparsedText(text, 'is not JSON') : value;
}

function whyTooMuch(text: string | undefined): string | null {
  if (text === undefined || text.length <= SHORT_CHARACTERS) return null;
  const scan = new JsonScan(MOST_VALUES);
  for (let at = 0; at < text.length; at += PIECE_CHARACTERS) {
    const tooMuch = scan.scan(Buffer.from(text.slice(at, at + PIECE_CHARACTERS)));
    if (tooMuch !== null) return PROBLEMS[tooMuch];
  }
  return null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A job as Redis has it: the fields that Bull parses are texts of JSON. */
type StoredJob = { data?: string; opts?: string; progress?: string; stacktrace?: string; returnvalue?: string };
type Fetching = {
  nextJobFromJobData: (stored: StoredJob | null | undefined, id: string) => Job<unknown> | Promise<Job<unknown>> | null;
  getJobFromId: (id: string) => Promise<Job<unknown> | null>;
};

/**
 * Bull parses each job that it fetches. Of one that takes too much memory the data become an `UnparsedText`, and what else Bull keeps with it
 * is dropped, as the options of publishers are anyway (nextJobFromJobData in lib/queue.js of Bull 4.16).
 */
export function parseNothingTooLarge(queue: Queue): void {
  const bull = queue as unknown as Fetching;
  const next = bull.nextJobFromJobData;
  bull.nextJobFromJobData = function (this: Fetching, stored, id) {
    if (!stored) return next.call(this, stored, id);
    const { data, opts, progress, stacktrace, returnvalue, ...plain } = stored;
    const problem = whyTooMuch(data);
    if (problem === null && [opts, progress, stacktrace, returnvalue].every((text) => whyTooMuch(text) === null))
      return next.call(this, stored, id);
    if (problem === null) return next.call(this, { ...plain, ...(data !== undefined && { data }) }, id);
    const job = next.call(this, plain, id) as Job<unknown>;
    job.data = new UnparsedText(data ?? '', problem);
    return job;
  };
  // Bull parses a job that has stalled only for an event, to which nobody listens.
  bull.getJobFromId = () => Promise.resolve(null);
}
