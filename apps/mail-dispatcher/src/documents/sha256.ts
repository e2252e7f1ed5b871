import { createHash, hash } from 'node:crypto';

/** Hexadecimal SHA-256. One call without a stream object where Node has it (20.12). */
export const sha256Of = (bytes: Uint8Array): string =>
  typeof hash === 'function' ? hash('sha256', bytes, 'hex') : createHash('sha256').update(bytes).digest('hex');
