import { hostname } from 'node:os';

/** The name for EHLO where none is configured: this machine's, without what a host name may not hold (an underscore, say). */
export const defaultClientName = (machine = hostname()): string =>
  machine.replace(/[^A-Za-z0-9.-]/g, '-').replace(/^[-.]+|[-.]+$/g, '') || 'localhost';
