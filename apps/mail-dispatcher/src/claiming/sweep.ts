/** PostgreSQL is asked this often for what is due, so nothing depends on being woken. */
export const SWEEP_MS = 1000;
