import type { Response } from 'express';

/** A client that reads nothing of its response for this long is disconnected. */
const IDLE_MS = 30_000;

export const endWhenIdle = (response: Response): void => void response.setTimeout(IDLE_MS, () => response.destroy());
