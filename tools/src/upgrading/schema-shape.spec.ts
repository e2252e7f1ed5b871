// Old processes continue to work on the tables of a new version, so a migration may only add to them. Checks this for
// each migration of each service.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '@billing-mail/platform';
import { startTestDatabase, type TestDatabase } from '@billing-mail/testkit';
import { Client } from 'pg';
import { workspaceRoot } from '../workspace.js';
import { breaksBetween, shapeOf } from './schema-shape.js';

type Schema = Parameters<typeof migrate>[1];
type Migration = new () => { name?: string };

/** Before these migrations, each version was started on a database of its own. */
const FIRST_TO_RUN_BESIDE_OLD_ONES = 1_798_000_000_000;

/** Changes that are not only additions, and why the version before still works. Add nothing without such a reason. */
const KNOWN: Record<string, string> = {
  'BoundedHistory1800000000040: team_email_delivery_change.shown has to be given': 'a trigger gives it',
  "Recurrences1798000000030: rejected_jobs has to meet rejected_jobs_reason_check: CHECK ((reason = ANY (ARRAY['invalid'::text, 'key_conflict'::text, 'recurrence_conflict'::text, 'team_unknown'::text, 'given_up'::text])))":
    'it takes more than the one before',
  'CertificatesOfTeams1800000000100: certificate_warnings is not unique USING btree (not_after, days) any more':
    'they are written ON CONFLICT DO NOTHING, whatever is unique',
  'CertificatesOfTeams1800000000100: certificate_warnings has to meet certificate_warnings_pkey: USING btree (team_id, not_after, days)':
    'the team of those who do not know it is empty, as before',
  "ReportsByAddress1800000000720: reports is not unique USING btree (delivery_id, COALESCE(\"position\", '-1'::integer), kind, COALESCE(class, ''::text)) any more":
    'until its dispatchers are replaced they answer reports with 451, and the mail servers send these again',
  "ReportsByAddress1800000000720: reports has to meet reports_once_by_address: USING btree (delivery_id, COALESCE((\"position\")::text, ('@'::text || lower(address)), ''::text), kind, COALESCE(class, ''::text))":
    'it takes more than the one before',
};

const SCHEMAS = [
  ['settings-api', 'settings.schema', 'settingsSchema'],
  ['mail-dispatcher', 'dispatch.schema', 'dispatchSchema'],
  ['notification-service', 'notify.schema', 'notifySchema'],
] as const;

const schemaOf = async (service: string, file: string, name: string): Promise<Schema> => {
  const module = (await import(join(workspaceRoot, 'apps', service, 'src', `${file}.ts`))) as Record<string, Schema>;
  const schema = module[name];
  if (schema === undefined) throw new Error(`${service} has no ${name}`);
  return schema;
};
const timeOf = (migration: Migration): number => Number(/\d{13}$/.exec(migration.name)?.[0]);

describe('migrations', () => {
  let database: TestDatabase;
  let client: Client;
  beforeAll(async () => {
    database = await startTestDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.stop();
  });

  it.each(SCHEMAS)('of %s are all that stand in their folder', async (service, file, name) => {
    const folder = join(workspaceRoot, 'apps', service, 'src', 'migrations');
    const times = readdirSync(folder).flatMap((entry) => /^(\d{13})-[\w-]+\.ts$/.exec(entry)?.[1] ?? []);
    const { migrations } = await schemaOf(service, file, name);
    expect(times.length).toBeGreaterThan(0);
    expect((migrations as Migration[]).map((migration) => String(timeOf(migration))).sort()).toEqual(times.sort());
  });

  it.each(SCHEMAS)('of %s take nothing from the statements of the version before', async (service, file, name) => {
    const schema = await schemaOf(service, file, name);
    const ordered = [...(schema.migrations as Migration[])].sort((one, other) => timeOf(one) - timeOf(other));
    const first = ordered.findIndex((migration) => timeOf(migration) >= FIRST_TO_RUN_BESIDE_OLD_ONES);
    await migrate(database.url, { ...schema, migrations: ordered.slice(0, first) });
    const broken: string[] = [];
    let before = await shapeOf(client, schema.name);
    for (let count = first + 1; count <= ordered.length; count += 1) {
      await migrate(database.url, { ...schema, migrations: ordered.slice(0, count) });
      const after = await shapeOf(client, schema.name);
      broken.push(...breaksBetween(before, after).map((found) => `${ordered[count - 1]?.name}: ${found}`));
      before = after;
    }
    expect(broken.filter((found) => KNOWN[found] === undefined)).toEqual([]);
    expect(before.columns.length).toBeGreaterThan(10);
  });

  const RESTS = [
    ['ALTER TABLE x.t ADD d text'],
    ['ALTER TABLE x.t ADD d int NOT NULL DEFAULT 0'],
    ['CREATE TABLE x.u (id int NOT NULL)'],
    ['ALTER TABLE x.t ADD d text CHECK (d <> $$$$); CREATE UNIQUE INDEX ON x.t (a, d); CREATE INDEX ON x.t (b)'],
    ['ALTER TABLE x.t ALTER a DROP NOT NULL; ALTER TABLE x.t DROP CONSTRAINT small'],
  ];
  const BREAKS = [
    ['DROP TABLE x.t', 't is gone'],
    ['ALTER TABLE x.t DROP b', 't.b is gone'],
    ['ALTER TABLE x.t RENAME b TO d', 't.b is gone'],
    ['ALTER TABLE x.t ALTER c TYPE bigint', 't.c was integer and is bigint'],
    ['ALTER TABLE x.t ALTER b SET NOT NULL', 't.b takes no null any more'],
    ['ALTER TABLE x.t ALTER c DROP DEFAULT', 't.c has no default any more'],
    ['ALTER TABLE x.t ADD d text NOT NULL', 't.d has to be given'],
    ['ALTER TABLE x.t ADD CHECK (b <> $$$$)', "t has to meet t_b_check: CHECK ((b <> ''::text))"],
    ['CREATE UNIQUE INDEX alone ON x.t (b)', 't has to meet alone: USING btree (b)'],
    [
      'ALTER TABLE x.t ADD d int; CREATE UNIQUE INDEX alone ON x.t (b, d) NULLS NOT DISTINCT',
      /^t has to meet alone: .* NULLS NOT DISTINCT$/,
    ],
    ['ALTER TABLE x.t DROP CONSTRAINT t_pkey', 't is not unique USING btree (id) any more'],
  ] as const;
  const breaksOf = async (statement: string): Promise<string[]> => {
    await client.query('DROP SCHEMA IF EXISTS x CASCADE; CREATE SCHEMA x');
    await client.query(
      'CREATE TABLE x.t (id int PRIMARY KEY, a text NOT NULL, b text, c int NOT NULL DEFAULT 0 CONSTRAINT small CHECK (c < 9))',
    );
    const before = await shapeOf(client, 'x');
    await client.query(statement);
    return breaksBetween(before, await shapeOf(client, 'x'));
  };

  it.each(RESTS)('may do this: %s', async (statement) => {
    expect(await breaksOf(statement)).toEqual([]);
  });

  it.each(BREAKS)('may not do this: %s', async (statement, found) => {
    expect(await breaksOf(statement)).toContainEqual(typeof found === 'string' ? found : expect.stringMatching(found));
  });
});
