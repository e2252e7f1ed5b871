// What became of a mass run, over HTTP: as counts, and as a file.
import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { DOCUMENT_TYPES, problem, runReport, type RunReport, runReportQuery, type RunReportQuery } from '@billing-mail/contracts';
import { jsonSchema, RateLimit, TeamAccess, toCsv, ZodPipe } from '@billing-mail/platform';
import { RunReportStore } from './run-report.store.js';

const INSTANT = { type: 'string' as const, format: 'date-time' };
const COLUMNS = [
  ...(['documentId', 'number', 'type', 'subject', 'deliveryStatus'] as const),
  ...(['address', 'role', 'status', 'reason', 'reply', 'at', 'deliveryId'] as const),
];

/** The query of both. */
const ApiRunReportQuery = (): MethodDecorator => (target, key, descriptor) => {
  const of = [
    ApiQuery({
      name: 'from',
      required: false,
      schema: INSTANT,
      description: 'handed over at this instant or later; 31 days ago without it',
    }),
    ApiQuery({ name: 'until', required: false, schema: INSTANT, description: 'handed over before this instant' }),
    ApiQuery({ name: 'type', required: false, enum: DOCUMENT_TYPES }),
    ApiQuery({ name: 'seriesId', required: false }),
    ApiQuery({ name: 'occurrence', required: false, description: 'of all series without seriesId' }),
  ];
  for (const decorate of of) decorate(target, key, descriptor);
};

@ApiTags('deliveries')
@ApiResponse({ status: '4XX', description: 'problem details', schema: jsonSchema(problem) })
@Controller('v1/teams/:teamId/deliveries/report')
export class RunReportController {
  constructor(private readonly store: RunReportStore) {}

  @Get()
  @TeamAccess('read')
  @RateLimit('statistics')
  @ApiOperation({ summary: 'What became of a mass run: documents and recipients by their state' })
  @ApiRunReportQuery()
  @ApiResponse({ status: 200, schema: jsonSchema(runReport) })
  async count(@Param('teamId') teamId: string, @Query(new ZodPipe(runReportQuery)) query: RunReportQuery): Promise<RunReport> {
    return this.store.count(teamId, query);
  }

  @Get('csv')
  @TeamAccess('read')
  @RateLimit('statistics')
  @Header('Content-Type', 'text/csv; charset=utf-8')
  @Header('Content-Disposition', 'attachment; filename="deliveries.csv"')
  @ApiOperation({ summary: 'The same as a file, a line for each recipient of each document' })
  @ApiRunReportQuery()
  @ApiResponse({ status: 200, content: { 'text/csv': { schema: { type: 'string' } } } })
  async csv(@Param('teamId') teamId: string, @Query(new ZodPipe(runReportQuery)) query: RunReportQuery): Promise<string> {
    return toCsv(COLUMNS, await this.store.lines(teamId, query));
  }
}
