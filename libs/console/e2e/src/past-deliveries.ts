// Past deliveries, written into the log as the service would have left them: a month for pictures, a hundred thousand for measurements.
import { Client } from 'pg';

export type Past = {
  /** Time of the hand-over. Ids increase with it, like those of the service (UUID version 7). */
  at: Date;
  number: string;
  customer: { address: string; name: string };
  outcome: 'sent' | 'fell_back' | 'failed';
};

const REFUSAL = '550 5.1.1 User unknown';

/** Writes settled invoices of a team, with one recipient each. */
export async function insertPastDeliveries(databaseUrl: string, teamId: string, past: readonly Past[]): Promise<void> {
  const rows = past.map(({ at, number, customer, outcome }, index) => ({
    id: uuidAt(at, index),
    at,
    number,
    ...customer,
    status: outcome === 'failed' ? 'failed' : 'sent',
    fell_back: outcome === 'fell_back',
  }));
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const given = `jsonb_to_recordset($1) AS past(id uuid, at timestamptz, number text, address text, name text, status text, fell_back boolean)`;
    await client.query(
      `INSERT INTO dispatch.deliveries
         (id, team_id, key, content_hash, document, requested_by, subject, status, route, used_fallback, failure, lane, created_at, settled_at, due_at)
       SELECT id, $2, 'inv-' || number, '', jsonb_build_object('id', 'inv-' || number, 'type', 'invoice', 'number', number),
              '{"userId":"anna.berg"}', 'Invoice ' || number || ' for ' || name, status, 'platform', fell_back,
              CASE status WHEN 'failed' THEN $3::jsonb END, $2, at, at + interval '2 seconds', NULL
       FROM ${given}`,
      [JSON.stringify(rows), teamId, JSON.stringify({ code: 'recipient_unknown', server: null, reply: REFUSAL })],
    );
    await client.query(
      `INSERT INTO dispatch.recipients (delivery_id, position, address, name, role, status, route, at, reply)
       SELECT id, 0, address, name, 'to', CASE status WHEN 'failed' THEN 'rejected' ELSE 'accepted' END, 'platform', at + interval '2 seconds',
              CASE status WHEN 'failed' THEN $2 ELSE '250 2.0.0 Ok' END
       FROM ${given}`,
      [JSON.stringify(rows), REFUSAL],
    );
    await client.query(
      `INSERT INTO dispatch.search_texts (delivery_id, text)
       SELECT id, lower(concat_ws(E'\\n', 'Invoice ' || number || ' for ' || name, number, 'inv-' || number, name || ' ' || address)) FROM ${given}`,
      [JSON.stringify(rows)],
    );
    await client.query('ANALYZE dispatch.deliveries, dispatch.recipients');
  } finally {
    await client.end();
  }
}

function uuidAt(at: Date, index: number): string {
  const time = at.getTime().toString(16).padStart(12, '0');
  const rest = index.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${rest}`;
}

const CUSTOMERS = [
  { address: 'buchhaltung@stadtwerke-lindau.example', name: 'Stadtwerke Lindau' },
  { address: 'rechnung@brauerei-hofmann.example', name: 'Brauerei Hofmann KG' },
  { address: 'invoices@harbourline.example', name: 'Harbourline Logistics' },
  { address: 'kreditoren@klinikum-seeberg.example', name: 'Klinikum Seeberg' },
  { address: 'accounts@fenwick-doyle.example', name: 'Fenwick & Doyle' },
  { address: 'eingang@moebel-arnold.example', name: 'Möbel Arnold GmbH' },
] as const;

const DAY_MS = 86_400_000;

/** Returns a month of a company before `now`: busy when a month begins, idle on Sundays, with a day on which its server was down. */
export function pastMonth(now: Date): Past[] {
  const past: Past[] = [];
  for (let daysAgo = 29; daysAgo >= 1; daysAgo -= 1) {
    const day = new Date(now.getTime() - daysAgo * DAY_MS);
    const busy = day.getUTCDate() <= 3 ? 38 : 14 + ((day.getUTCDate() * 7) % 11);
    const count = day.getUTCDay() === 0 ? 0 : day.getUTCDay() === 6 ? 4 : busy;
    for (let index = 0; index < count; index += 1) {
      const customer = CUSTOMERS[(index + daysAgo) % CUSTOMERS.length] ?? CUSTOMERS[0];
      const at = new Date(Math.floor(day.getTime() / DAY_MS) * DAY_MS + 7 * 3_600_000 + index * 900_000);
      past.push({ at, number: `${day.getUTCFullYear()}-${1000 + past.length}`, customer, outcome: outcomeOf(daysAgo, index) });
    }
  }
  return past;
}

function outcomeOf(daysAgo: number, index: number): Past['outcome'] {
  if (daysAgo === 12 || daysAgo === 13) return index % 3 === 0 ? 'sent' : 'fell_back';
  return (index + daysAgo) % 17 === 0 ? 'failed' : 'sent';
}
