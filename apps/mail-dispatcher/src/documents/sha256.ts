import { hash } from 'node:crypto';

/** Returns the SHA-256 hash in hexadecimal. Unlike `createHash`, `hash` needs no stream object. */
export const sha256Of = (data: Uint8Array | string): string => hash('sha256', data, 'hex');
