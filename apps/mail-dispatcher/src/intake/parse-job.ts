// Parses the JSON texts of a job, unless one would take so much memory that this process dies: 38 MB of "[" take 4 GB. Each process that
// took over such a job would die as well, so nobody would be alerted.
import { JsonScan, MOST_DEPTH, MOST_FIELDS, type TooMuchJson } from '@billing-mail/platform';
import type { Job, Queue } from 'bull';

/** A text up to this length is parsed without a scan: at worst, it takes some 30 MB. Most jobs are shorter. */
const SHORT_CHARACTERS = 256 * 1024;
/** A longer text is scanned in pieces of this length, which fit into the cache of a processor. */
const PIECE_CHARACTERS = 64 * 1024;
/** Enough for some 330,000 recipients with names. The queue does not limit recipients, but a job's values must fit in memory: 64 MB. */
const MOST_VALUES = 1_000_000;
/** An unparsed text is cut off at this length, which exceeds any payload that fits the schema. */
export const KEPT_CHARACTERS = 64 * 1024 * 1024;
/** How much of an unparsed text is searched for the people to alert. It is short enough to be parsed, whatever it contains. */
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

  /** Returns the fields that are complete in the beginning of the object; `undefined` if the beginning is not JSON. */
  fieldsAtBeginning(): unknown {
    const beginning = this.text.slice(0, BEGINNING_CHARACTERS);
    let [depth, end] = [0, 0];
    // Matches each string as a whole, because brackets and commas in it are text. The last string may be cut off.
    for (const { 0: token, index } of beginning.matchAll(/"(?:[^"\\]|\\.)*(?:"|\\?$)|[{}[\],]/gs)) {
      if (token === '{' || token === '[') depth += 1;
      else if (token === '}' || token === ']') depth -= 1;
      else if (token === ',' && depth === 1) end = index;
    }
    return parsed(`${beginning.slice(0, end)}}`);
  }
}

/** Parses a JSON text of a job. Returns its value, or an `UnparsedText` that says why there is none. Never throws. */
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

/** A job as it is stored in Redis. The fields that Bull parses are JSON texts. */
type StoredJob = { data?: string; opts?: string; progress?: string; stacktrace?: string; returnvalue?: string };
type Fetching = {
  nextJobFromJobData: (stored: StoredJob | null | undefined, id: string) => Job<unknown> | Promise<Job<unknown>> | null;
  getJobFromId: (id: string) => Promise<Job<unknown> | null>;
};

/**
 * Keeps Bull from parsing a job that would take too much memory; otherwise Bull parses each job that it fetches (nextJobFromJobData in
 * lib/queue.js of Bull 4.16). Data that are too much become an `UnparsedText`. If the data or any other JSON field is too much, all other
 * JSON fields are dropped; the options of publishers are overridden anyway.
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
  // Bull parses a stalled job only for an event that nobody listens to.
  bull.getJobFromId = () => Promise.resolve(null);
}
