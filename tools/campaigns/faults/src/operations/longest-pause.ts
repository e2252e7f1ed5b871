// How long nothing arrived while something failed over, as the deliveries' own times tell it.
import { type Stage } from '@billing-mail/tools/stage';

/** What the product promises of a failover of its servers. */
export const PAUSE_AT_MOST_MS = 15_000;

/** The longest time between two deliveries that were settled one after the other. */
export async function longestPauseMs(stage: Stage): Promise<number> {
  const { ms } = await stage.database.one<{ ms: number | null }>(
    `SELECT (1000 * extract(epoch FROM max(pause)))::float AS ms
     FROM (SELECT settled_at - lag(settled_at) OVER (ORDER BY settled_at) AS pause FROM dispatch.deliveries) pauses`,
  );
  return ms ?? 0;
}
