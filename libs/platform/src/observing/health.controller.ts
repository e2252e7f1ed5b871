import { Controller, Get, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../auth/auth.guard.js';
import { ProblemException } from '../http/problem.js';

/** What must answer for the service to be of use; each throws or rejects when it does not. */
export type ReadinessChecks = Record<string, () => Promise<unknown>>;
export const READINESS_CHECKS = Symbol('READINESS_CHECKS');
const CHECK_TIMEOUT_MS = 2000;

@ApiExcludeController()
@Public()
@Controller('health')
export class HealthController {
  constructor(@Inject(READINESS_CHECKS) private readonly checks: ReadinessChecks) {}

  @Get('live')
  live() {
    return { status: 'ok' };
  }

  @Get('ready')
  async ready() {
    const names = Object.keys(this.checks);
    const results = await Promise.allSettled(names.map((name) => withTimeout(this.checks[name])));
    const missing = names.filter((_, index) => results[index]?.status === 'rejected');
    if (missing.length > 0) throw new ProblemException(503, 'not-ready', `Not ready: ${missing.join(', ')} does not answer.`);
    return { status: 'ok', checks: names };
  }
}

async function withTimeout(check: (() => Promise<unknown>) | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([check?.(), late]);
  } finally {
    clearTimeout(timer);
  }
}
