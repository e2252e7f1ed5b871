import { Controller, Get, Inject } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../auth/auth.guard.js';
import { type EndingExpressAdapter } from '../http/ending-express-adapter.js';
import { ProblemException } from '../http/problem.js';
import { answerWithin } from '../waiting/within.js';

/** What must answer for the service to be of use; each throws or rejects when it does not. */
export type ReadinessChecks = Record<string, () => Promise<unknown>>;
export const READINESS_CHECKS = Symbol('READINESS_CHECKS');
const CHECK_TIMEOUT_MS = 2000;

@ApiExcludeController()
@Public()
@Controller('health')
export class HealthController {
  private hasBeenReady = false;
  private asking: Promise<string[]> | null = null;

  constructor(
    @Inject(READINESS_CHECKS) private readonly checks: ReadinessChecks,
    private readonly host: HttpAdapterHost<EndingExpressAdapter>,
  ) {}

  /** The process answers. What it depends on is not asked: a new start brings no database back. */
  @Get('live')
  live() {
    return { status: 'ok' };
  }

  /** Whether it has been ready once. From then on it is `ready` and `live` that say how it is. */
  @Get('startup')
  async startup() {
    if (!this.hasBeenReady) await this.ready();
    return { status: 'ok' };
  }

  /** Whether requests are to be sent here. */
  @Get('ready')
  async ready() {
    if (this.host.httpAdapter.isEnding) throw new ProblemException(503, 'not-ready', 'Not ready: the service ends.');
    // No token is needed: however many ask, databases and Redis are asked by one at a time.
    const missing = await (this.asking ??= this.missing().finally(() => (this.asking = null)));
    if (missing.length > 0) throw new ProblemException(503, 'not-ready', `Not ready: ${missing.join(', ')} does not answer.`);
    this.hasBeenReady = true;
    return { status: 'ok', checks: Object.keys(this.checks) };
  }

  private async missing(): Promise<string[]> {
    const names = Object.keys(this.checks);
    const results = await Promise.allSettled(
      names.map(async (name) => answerWithin(CHECK_TIMEOUT_MS, this.checks[name]?.() ?? Promise.resolve())),
    );
    return names.filter((_, index) => results[index]?.status === 'rejected');
  }
}
