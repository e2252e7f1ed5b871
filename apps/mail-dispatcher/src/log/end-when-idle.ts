import type { Response } from 'express';

/** After so long without reading the answer, a client's connection is closed. */
const IDLE_MS = 30_000;

export const endWhenIdle = (response: Response): void => void response.setTimeout(IDLE_MS, () => response.destroy());
