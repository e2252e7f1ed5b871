// Measures the longest pause between deliveries during a failover, from the times at which they were settled.
import { type Stage } from '@billing-mail/tools/stage';

/** The longest pause that the product promises for a failover of its servers. */
export const PAUSE_AT_MOST_MS = 15_000;

/** Returns the longest time between two consecutive settled deliveries. */
export async function longestPauseMs(stage: Stage): Promise<number> {
  const { ms } = await stage.database.one<{ ms: number | null }>(
    `SELECT (1000 * extract(epoch FROM max(pause)))::float AS ms
     FROM (SELECT settled_at - lag(settled_at) OVER (ORDER BY settled_at) AS pause FROM dispatch.deliveries) pauses`,
  );
  return ms ?? 0;
}
