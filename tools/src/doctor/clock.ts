// Compares this machine's clock with those of PostgreSQL and of the services' machines. The validity of tokens, certificates and
// signatures depends on the time.
import { Client } from 'pg';
import { type Finding, fine, weak, wrong } from './finding.js';
import { type Site } from './site.js';

/** Synchronised clocks differ by milliseconds. */
const TOLERATED_MS = 5000;
const ANSWER_MS = 15_000;
/** RFC 9110 5.6.7: the Date header of a response has whole seconds. */
const DATE_STEP_MS = 1000;

/** What another clock said between two moments of our own clock. `stepMs` is the resolution of its answer. */
export type ClockReading = { of: string; theirsMs: number; beforeMs: number; afterMs: number; stepMs: number };

export async function lookAtClocks({ env, services }: Site): Promise<Finding[]> {
  const url = env.MIGRATION_DATABASE_URL ?? env.DATABASE_URL;
  const asked = [...(url === undefined ? [] : [askPostgres(url)]), ...Object.entries(services).map(([name, at]) => askService(name, at))];
  // Another check reports servers that do not answer.
  const readings = (await Promise.allSettled(asked)).flatMap((reading) => (reading.status === 'fulfilled' ? reading.value : []));
  return readings.length === 0 ? [weak('clock', 'no other clock answers', 'look again once PostgreSQL answers')] : readings.map(judgeClock);
}

/** Judges the difference of the clocks. The duration of the request itself does not count. */
export function judgeClock({ of, theirsMs, beforeMs, afterMs, stepMs }: ClockReading): Finding {
  const about = 'clock';
  const ahead = theirsMs - afterMs;
  const behind = beforeMs - (theirsMs + stepMs);
  const offMs = Math.max(ahead, behind);
  if (offMs <= TOLERATED_MS) return fine(about, `as that of ${of}`);
  const seen = `${(offMs / 1000).toFixed(0)} s ${ahead > behind ? 'behind' : 'ahead of'} that of ${of}`;
  return wrong(about, seen, 'let NTP set the clocks of both machines (timedatectl set-ntp true)');
}

async function askPostgres(url: string): Promise<ClockReading> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: ANSWER_MS, query_timeout: ANSWER_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const beforeMs = Date.now();
    const { rows } = await client.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    return { of: 'PostgreSQL', theirsMs: rows[0]?.now.getTime() ?? NaN, beforeMs, afterMs: Date.now(), stepMs: 1 };
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function askService(name: string, url: string): Promise<ClockReading[]> {
  const beforeMs = Date.now();
  const answer = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(ANSWER_MS) });
  const theirsMs = Date.parse(answer.headers.get('date') ?? '');
  await answer.arrayBuffer();
  return Number.isNaN(theirsMs) ? [] : [{ of: name, theirsMs, beforeMs, afterMs: Date.now(), stepMs: DATE_STEP_MS }];
}
