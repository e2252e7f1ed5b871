import type { Response } from 'express';

/** Of whoever reads nothing of an answer for so long, the connection is ended. */
const IDLE_MS = 30_000;

export const endWhenIdle = (response: Response): void => void response.setTimeout(IDLE_MS, () => response.destroy());
