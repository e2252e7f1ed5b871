// Stores which team a name belongs to, because recipients must not take one team for another.
import { createHash } from 'node:crypto';
import { type EntityManager } from 'typeorm';
import { skeletonsOf } from './name-skeleton.js';
import { type SenderName } from './sender-names.js';
import { TeamNameEntity } from './team-name.entity.js';

const hashesOf = (names: readonly SenderName[]): string[] =>
  [...new Set(names.flatMap(({ name }) => skeletonsOf(name)))].map((text) => createHash('sha256').update(text).digest('hex')).sort();

/**
 * Returns those of `names` that look like a name of another team. Locks all `names` until the transaction ends: if two teams want the same
 * name at once, the second sees the name of the first.
 */
export async function takenByOthers(manager: EntityManager, teamId: string, names: readonly SenderName[]): Promise<SenderName[]> {
  const hashes = hashesOf(names);
  // All transactions take the locks in the same order, so that they can't deadlock.
  for (const hash of hashes) await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('settings.team_name ' || $1, 0))`, [hash]);
  const rows = await manager.query<{ hash: string }[]>(
    `SELECT DISTINCT encode(skeleton_sha256, 'hex') AS hash FROM settings.team_name
     WHERE skeleton_sha256 IN (SELECT decode(hash, 'hex') FROM unnest($1::text[]) AS hash) AND team_id <> $2`,
    [hashes, teamId],
  );
  const taken = new Set(rows.map(({ hash }) => hash));
  return names.filter((name) => hashesOf([name]).some((hash) => taken.has(hash)));
}

/** Replaces the stored names of the team with these. */
export async function keepNames(manager: EntityManager, teamId: string, names: readonly SenderName[]): Promise<void> {
  await manager.delete(TeamNameEntity, { teamId });
  const rows = hashesOf(names).map((hash) => ({ teamId, skeletonSha256: Buffer.from(hash, 'hex') }));
  if (rows.length > 0) await manager.insert(TeamNameEntity, rows);
}
