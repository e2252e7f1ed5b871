// Which team a name belongs to: recipients must not take one team for another, or for the platform.
import { createHash } from 'node:crypto';
import { type EntityManager } from 'typeorm';
import { skeletonsOf } from './name-skeleton.js';
import { type SenderName } from './sender-names.js';
import { TeamNameEntity } from './team-name.entity.js';

const hashesOf = (names: readonly SenderName[]): string[] =>
  [...new Set(names.flatMap(({ name }) => skeletonsOf(name)))].map((text) => createHash('sha256').update(text).digest('hex')).sort();

/**
 * Those of `names` that look like a name of another team. Until the transaction ends no other transaction can take them, so of two teams
 * that want the same name at once, the second sees the first.
 */
export async function takenByOthers(manager: EntityManager, teamId: string, names: readonly SenderName[]): Promise<SenderName[]> {
  const hashes = hashesOf(names);
  // Locks are taken in the same order by everybody, so that they can't deadlock.
  for (const hash of hashes) await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('settings.team_name ' || $1, 0))`, [hash]);
  const rows = await manager.query<{ hash: string }[]>(
    `SELECT DISTINCT encode(skeleton_sha256, 'hex') AS hash FROM settings.team_name
     WHERE skeleton_sha256 IN (SELECT decode(hash, 'hex') FROM unnest($1::text[]) AS hash) AND team_id <> $2`,
    [hashes, teamId],
  );
  const taken = new Set(rows.map(({ hash }) => hash));
  return names.filter((name) => hashesOf([name]).some((hash) => taken.has(hash)));
}

/** Replaces the names of the team by these. */
export async function keepNames(manager: EntityManager, teamId: string, names: readonly SenderName[]): Promise<void> {
  await manager.delete(TeamNameEntity, { teamId });
  const rows = hashesOf(names).map((hash) => ({ teamId, skeletonSha256: Buffer.from(hash, 'hex') }));
  if (rows.length > 0) await manager.insert(TeamNameEntity, rows);
}
