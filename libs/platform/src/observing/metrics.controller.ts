import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { collectDefaultMetrics, register } from 'prom-client';
import { Public } from '../auth/auth.guard.js';

/** Gauges that prom-client names like counters. The metrics without `_total` in their names give the same numbers by kind. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** Prometheus metrics of the process; the services add theirs to prom-client's default register. */
@ApiExcludeController()
@Public()
@Controller('metrics')
export class MetricsController {
  constructor() {
    if (register.getSingleMetric('process_cpu_seconds_total') !== undefined) return;
    collectDefaultMetrics();
    for (const name of MISNAMED) register.removeSingleMetric(name);
  }

  @Get()
  async metrics(@Res() response: Response): Promise<void> {
    response.type(register.contentType).send(await register.metrics());
  }
}
