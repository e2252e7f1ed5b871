// The results of a billing run over HTTP, as counts and as a CSV file.
import { Controller, Get, Param, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { DOCUMENT_TYPES, runReport, type RunReport, runReportQuery, type RunReportQuery } from '@billing-mail/contracts';
import { inCsv, jsonSchema, RateLimit, TeamAccess, ZodPipe } from '@billing-mail/platform';
import type { Response } from 'express';
import { Readable } from 'node:stream';
import { endWhenIdle } from './end-when-idle.js';
import { RUN_REPORT_COLUMNS, RunReportStore } from './run-report.store.js';

const INSTANT = { type: 'string' as const, format: 'date-time' };

/** The query parameters of both operations. */
const ApiRunReportQuery = (): MethodDecorator => (target, key, descriptor) => {
  const of = [
    ApiQuery({
      name: 'from',
      required: false,
      schema: INSTANT,
      description: 'handed over at this instant or later; 30 days ago without it',
    }),
    ApiQuery({ name: 'until', required: false, schema: INSTANT, description: 'handed over before this instant' }),
    ApiQuery({ name: 'type', required: false, enum: DOCUMENT_TYPES }),
    ApiQuery({ name: 'seriesId', required: false }),
    ApiQuery({ name: 'occurrence', required: false, description: 'of all series without seriesId' }),
  ];
  for (const decorate of of) decorate(target, key, descriptor);
};

@ApiTags('deliveries')
@Controller('v1/teams/:teamId/deliveries/report')
export class RunReportController {
  constructor(private readonly store: RunReportStore) {}

  @Get()
  @TeamAccess('read')
  @RateLimit('statistics')
  @ApiOperation({ summary: 'What became of a billing run: documents and recipients by their state' })
  @ApiRunReportQuery()
  @ApiResponse({ status: 200, schema: jsonSchema(runReport) })
  async count(@Param('teamId') teamId: string, @Query(new ZodPipe(runReportQuery)) query: RunReportQuery): Promise<RunReport> {
    return this.store.count(teamId, query);
  }

  @Get('csv')
  @TeamAccess('read')
  @RateLimit('statistics')
  @ApiOperation({ summary: 'The same as a file, a line for each recipient of each document' })
  @ApiRunReportQuery()
  @ApiResponse({ status: 200, content: { 'text/csv': { schema: { type: 'string' } } } })
  async csv(
    @Param('teamId') teamId: string,
    @Query(new ZodPipe(runReportQuery)) query: RunReportQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    const pages = this.store.pages(teamId, query);
    // The first page is read before the response begins, so that a failure can still be reported.
    const first = await pages.next();
    response.attachment('deliveries.csv').type('text/csv; charset=utf-8');
    endWhenIdle(response);
    return new StreamableFile(Readable.from(inCsv(RUN_REPORT_COLUMNS, withFirst(first, pages))));
  }
}

async function* withFirst<T>(first: IteratorResult<T, void>, others: AsyncIterable<T>): AsyncGenerator<T> {
  if (first.done !== true) yield first.value;
  yield* others;
}
