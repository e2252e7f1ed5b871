// Removes rows whose time is over, as a dispatcher does once an hour.
import { join } from 'node:path';
import { createLogger, type Expiry, ExpireRows } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { workspaceRoot } from '@billing-mail/tools/workspace';
import { serve } from './serve.js';

// An app is nobody's library, so its statements are loaded as they were built.
const EXPIRIES = join(workspaceRoot, 'apps', 'mail-dispatcher', 'dist', 'keeping', 'expiries.js');
const DAY_MS = 86_400_000;

const calls = {
  /** Resolves to how many deliveries it removed, once none is left that was settled more than a day ago. */
  expire: async (url: string): Promise<number> => {
    const { expiriesOf } = (await import(EXPIRIES)) as { expiriesOf: (env: object) => Expiry[] };
    const source = await new DataSource({ type: 'postgres', url, poolSize: 1 }).initialize();
    try {
      const expiries = expiriesOf({ RETENTION_DELIVERIES: DAY_MS }).filter(({ kind }) => kind === 'deliveries');
      return (await new ExpireRows(source, createLogger('bench', 'silent'), expiries).expire())['deliveries'] ?? 0;
    } finally {
      await source.destroy();
    }
  },
};
export type ExpireCalls = typeof calls;

serve(calls);
