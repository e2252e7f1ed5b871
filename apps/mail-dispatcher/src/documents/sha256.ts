import { createHash, hash } from 'node:crypto';

/** Returns the SHA-256 hash in hexadecimal. `hash()` of Node.js (since 20.12) needs no stream object. */
export const sha256Of = (bytes: Uint8Array): string =>
  typeof hash === 'function' ? hash('sha256', bytes, 'hex') : createHash('sha256').update(bytes).digest('hex');
