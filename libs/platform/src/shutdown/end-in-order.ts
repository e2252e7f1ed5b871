// How a service ends: it says that it is not ready, leaves others the time to notice, finishes what is under way, and goes.
import { setTimeout as sleep } from 'node:timers/promises';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { type EndingExpressAdapter } from '../http/ending-express-adapter.js';
import { type Logger } from '../observing/logger.js';
import { endTracing } from '../tracing/tracing.js';

type EndingTimes = {
  /** From "not ready" to taking no more, in milliseconds: balancers ask every few seconds, and send requests until then. */
  SHUTDOWN_DELAY: number;
  /** Time for what is under way, in milliseconds. */
  SHUTDOWN_GRACE: number;
};

export type RunningService = { app: NestExpressApplication; env: EndingTimes; logger: Logger };

/**
 * After the grace, in milliseconds: to give back what was not finished (5 s), to note it (1 s), for the last requests (3 s), for the
 * connections (2 s), and some to spare.
 */
const REST_MS = 15_000;

/** How long an end may take in all, in milliseconds. Whoever starts the service must not kill it sooner. */
const endWithinMs = ({ SHUTDOWN_DELAY, SHUTDOWN_GRACE }: EndingTimes): number => SHUTDOWN_DELAY + SHUTDOWN_GRACE + REST_MS;

/**
 * Ends the service on SIGTERM and SIGINT, even if the signal comes while the service still starts.
 * @param giveUp called when the end hangs, such as in a QUIT to a frozen Redis
 */
export function endOnSignals(starting: Promise<RunningService>, giveUp: () => void): void {
  let isEnding = false;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (isEnding) return;
    isEnding = true;
    const starts = setTimeout(giveUp, REST_MS).unref();
    const service = await starting;
    clearTimeout(starts);
    setTimeout(giveUp, endWithinMs(service.env)).unref();
    // On SIGINT there is no delay: a person at a terminal waits for the end, and no balancer sends anything.
    await endInOrder(service, signal === 'SIGINT' ? 0 : service.env.SHUTDOWN_DELAY);
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      // If the start failed, it has said why itself.
      end(signal).catch(() => process.exit(1));
    });
}

async function endInOrder({ app, env, logger }: RunningService, delayMs: number): Promise<void> {
  try {
    (app.getHttpAdapter() as EndingExpressAdapter).announceEnd(delayMs + env.SHUTDOWN_GRACE);
    logger.info({ step: 'end', delayMs, graceMs: env.SHUTDOWN_GRACE }, 'ending: not ready any more');
    await sleep(delayMs);
    await app.close();
    await endTracing();
    logger.info({ step: 'end' }, 'ended in order');
  } catch (error) {
    logger.fatal({ err: error, step: 'end' }, 'could not end in order');
    throw error;
  }
}
