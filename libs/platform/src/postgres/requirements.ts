// What a schema needs of its PostgreSQL server, checked before the schema is migrated and at each start. The error names what is missing
// and what helps; without the check a statement would fail somewhere in the middle.
import { type DataSource, type QueryRunner } from 'typeorm';

/** An SQL condition that is true if the need is met, what is missing if it is not, and what helps. */
export type Requirement = { condition: string; missing: string; cure: string };

/** Version 15 introduced `NULLS NOT DISTINCT` and the rights of owners as we use them. */
const VERSION: Requirement = {
  condition: `current_setting('server_version_num')::int >= 150000`,
  missing: 'PostgreSQL is older than 15',
  cure: 'update PostgreSQL to 15 or newer',
};

/** Returns the need for an extension that is installed, or could be. */
export const extension = (name: string): Requirement => ({
  condition: `EXISTS (SELECT FROM pg_extension WHERE extname = '${name}') OR EXISTS (SELECT FROM pg_available_extensions WHERE name = '${name}')`,
  missing: `PostgreSQL does not have the extension ${name}`,
  cure: `install PostgreSQL's contrib package on its machine (in Debian it comes with postgresql), or allow ${name} in the settings of your provider`,
});

/** For lower case in all scripts, whatever the locale of the database. */
export const ICU: Requirement = {
  condition: `EXISTS (SELECT FROM pg_collation WHERE collname = 'und-x-icu')`,
  missing: 'PostgreSQL does not have the collation und-x-icu',
  cure: 'take a PostgreSQL that was built with ICU, as those of Debian and the official image are; where it was changed to one later, run SELECT pg_import_system_collations($$pg_catalog$$) as superuser',
};

/** Thrown if PostgreSQL lacks something that our tables need. */
export class MissingFeatureError extends Error {
  constructor(readonly requirement: Requirement) {
    super(`${requirement.missing}. What helps: ${requirement.cure}.`);
    this.name = 'MissingFeatureError';
  }
}

/** Checks that PostgreSQL meets all needs. @throws MissingFeatureError naming the first that it does not meet */
export async function requireFeatures(database: DataSource | QueryRunner, needs: readonly Requirement[] = []): Promise<void> {
  for (const need of [VERSION, ...needs]) {
    const [{ met } = { met: false }] = (await database.query(`SELECT ${need.condition} AS met`)) as { met: boolean }[];
    if (!met) throw new MissingFeatureError(need);
  }
}
