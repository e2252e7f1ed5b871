import { Controller, Get, Inject, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiExcludeController } from '@nestjs/swagger';
import { Gauge } from 'prom-client';
import { Public } from '../auth/auth.guard.js';
import { type EndingExpressAdapter } from '../http/ending-express-adapter.js';
import { ProblemException } from '../http/problem.js';
import { PollLoop } from '../waiting/poll-loop.js';
import { answerWithin } from '../waiting/within.js';

/** What must answer for the service to be of use. Each check throws or rejects if there is no answer. */
export type ReadinessChecks = Record<string, () => Promise<unknown>>;
export const READINESS_CHECKS = Symbol('READINESS_CHECKS');
const CHECK_TIMEOUT_MS = 2000;
/** As often as Prometheus scrapes in its sample configuration. */
const LOOK_EVERY_MS = 15_000;

const readyParts = new Gauge({
  name: 'billing_mail_ready',
  help: 'Whether a part that the service needs answers: 1, or 0 while it does not',
  labelNames: ['part'],
});

@ApiExcludeController()
@Public()
@Controller('health')
export class HealthController implements OnApplicationBootstrap, OnModuleDestroy {
  private hasBeenReady = false;
  private asking: Promise<string[]> | null = null;
  // Keeps the metric current even if nobody asks for readiness.
  private readonly looking = new PollLoop({
    look: async () => void (await this.askOnce()),
    everyMs: LOOK_EVERY_MS,
    onError: () => undefined,
  });

  constructor(
    @Inject(READINESS_CHECKS) private readonly checks: ReadinessChecks,
    private readonly host: HttpAdapterHost<EndingExpressAdapter>,
  ) {}

  onApplicationBootstrap(): void {
    this.looking.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.looking.stop();
  }

  /** Says that the process answers. Does not check what the process depends on, because a restart brings no database back. */
  @Get('live')
  live() {
    return { status: 'ok' };
  }

  /** Says whether the service has been ready once. From then on `ready` and `live` tell its state. */
  @Get('startup')
  async startup() {
    if (!this.hasBeenReady) await this.ready();
    return { status: 'ok' };
  }

  /** Says whether requests should be sent here. */
  @Get('ready')
  async ready() {
    if (this.host.httpAdapter.isEnding) throw new ProblemException(503, 'not-ready', 'Not ready: the service ends.');
    const missing = await this.askOnce();
    if (missing.length > 0) throw new ProblemException(503, 'not-ready', `Not ready: ${missing.join(', ')} does not answer.`);
    this.hasBeenReady = true;
    return { status: 'ok', checks: Object.keys(this.checks) };
  }

  /** Anybody may ask, because no token is needed. However many do, databases and Redis are asked once at a time. */
  private askOnce(): Promise<string[]> {
    return (this.asking ??= this.missing().finally(() => (this.asking = null)));
  }

  private async missing(): Promise<string[]> {
    const names = Object.keys(this.checks);
    const results = await Promise.allSettled(
      names.map(async (name) => answerWithin(CHECK_TIMEOUT_MS, this.checks[name]?.() ?? Promise.resolve())),
    );
    const missing = names.filter((_, index) => results[index]?.status === 'rejected');
    for (const part of names) readyParts.set({ part }, missing.includes(part) ? 0 : 1);
    return missing;
  }
}
