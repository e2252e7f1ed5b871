import { createHash, hash } from 'node:crypto';

/** SHA-256 in hexadecimal. `hash()` of Node needs no stream object (since 20.12). */
export const sha256Of = (bytes: Uint8Array): string =>
  typeof hash === 'function' ? hash('sha256', bytes, 'hex') : createHash('sha256').update(bytes).digest('hex');
