/** How often PostgreSQL is asked for due deliveries, so that no delivery depends on a wake-up. */
export const SWEEP_MS = 1000;
