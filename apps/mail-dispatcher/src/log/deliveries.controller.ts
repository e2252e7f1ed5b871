// The delivery log over HTTP, and the intake for clients that do not publish to the queue.
import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  deliveryLogQuery,
  type DeliveryStatistics,
  type DeliverySummary,
  deliverySummary,
  deliveryStatistics,
  deliveryStatisticsQuery,
  type DeliveryView,
  deliveryView,
  droppedFields,
  foreignRefs,
  idempotencyKey,
  type Locale,
  LOG_STATUSES,
  MOST_NAMED,
  type Page,
  page,
  type Requester,
  resendRequest,
  type ResendRequest,
  sendRequestSchema,
  toFieldErrors,
  uploadRequestSchema,
} from '@billing-mail/contracts';
import {
  ApiReaderLocale,
  ApiReaderTimeZone,
  type Caller,
  CurrentCaller,
  CurrentUpload,
  decodeCursor,
  encodeCursor,
  invalidInput,
  jsonSchema,
  type Logger,
  ProblemException,
  RateLimit,
  ReaderLocale,
  RefusedRequests,
  requestIdOf,
  TeamAccess,
  Upload,
  ZodPipe,
} from '@billing-mail/platform';
import type { Response } from 'express';
import { z } from 'zod';
import { DISPATCHER_ENV, type DispatcherEnv, limitsOf } from '../dispatcher.env.js';
import { LOGGER } from '../dispatcher.tokens.js';
import { AcceptDocument, type DocumentToSend, type Intake } from '../intake/accept-document.js';
import { AcceptUpload, type AskedUpload } from '../intake/accept-upload.js';
import { DeliveriesStore } from './deliveries.store.js';
import { inReadersWords, readView } from './delivery-view.js';
import { CancelDelivery } from './cancel-delivery.js';
import { requesterOf } from './requester.js';
import { ResendDelivery } from './resend-delivery.js';
import { StatisticsStore } from './statistics.store.js';

const INSTANT = { type: 'string' as const, format: 'date-time' };
/** The part `delivery`, and a file for each part that it names. */
const UPLOAD_SCHEMA = {
  type: 'object' as const,
  required: ['delivery'],
  properties: { delivery: jsonSchema(uploadRequestSchema(), 'input') },
  additionalProperties: { type: 'string' as const, contentMediaType: 'application/octet-stream' },
};

@ApiTags('deliveries')
@ApiReaderLocale('that of whoever sent the document')
@Controller('v1/teams/:teamId/deliveries')
export class DeliveriesController {
  private readonly requestSchema;
  private readonly refused: RefusedRequests;

  constructor(
    @Inject(DISPATCHER_ENV) env: DispatcherEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly store: DeliveriesStore,
    private readonly statistics: StatisticsStore,
    private readonly accepting: AcceptDocument,
    private readonly uploads: AcceptUpload,
    private readonly resending: ResendDelivery,
    private readonly cancelling: CancelDelivery,
  ) {
    this.requestSchema = sendRequestSchema(limitsOf(env));
    this.refused = new RefusedRequests(logger);
  }

  @Post()
  @TeamAccess('write')
  @RateLimit('intake')
  @ApiOperation({
    summary: 'Send a document',
    description:
      'A user names only itself as `requestedBy.userId`, and its address there is not used: that is what it confirms in its preferences. Internal services name anybody. Large documents come as `multipart/form-data`: first the part `delivery`, the same JSON whose attachments have `part` in place of `content`, then a file for each of these names. Both forms of the same content are the same delivery.',
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: jsonSchema(sendRequestSchema(), 'input') },
        'multipart/form-data': { schema: UPLOAD_SCHEMA, encoding: { delivery: { contentType: 'application/json' } } },
      },
    },
  })
  @ApiHeader({ name: 'Idempotency-Key', required: true, description: 'the key of the document: one delivery per key' })
  @ApiResponse({ status: 202, description: 'accepted', schema: jsonSchema(deliveryView) })
  @ApiResponse({ status: 200, description: 'the key is known with the same content: the same delivery', schema: jsonSchema(deliveryView) })
  @ApiResponse({
    status: 409,
    description: 'the key was used for other content, or this occurrence of the series was taken under another key',
  })
  async send(
    @Param('teamId') teamId: string,
    @Headers('idempotency-key') key: string | undefined,
    @Body() body: unknown,
    @CurrentUpload() upload: Upload | null,
    @Res({ passthrough: true }) response: Response,
    @CurrentCaller() caller: Caller,
    @ReaderLocale() reader: Locale | null,
  ): Promise<DeliveryView> {
    if (key === undefined)
      throw new ProblemException(422, 'idempotency-key', 'The header Idempotency-Key is missing; send the key of the document.');
    const asked = {
      teamId,
      key: checkKey(key),
      believe: (named: Requester) =>
        requesterOf(caller, named, () => this.refused.note('foreign_recipient', { requestId: requestIdOf(response.req), teamId })),
      onDropped: (fields: string[]) =>
        this.logger.warn(
          { requestId: requestIdOf(response.req), teamId, step: 'intake', verdict: 'dropped', fields },
          'dropped unreadable fields',
        ),
    };
    const taken = upload === null ? await this.accepting.acceptIfNew(this.read(body, asked)) : await this.uploads.accept(upload, asked);
    response.status(taken.kind === 'accepted' ? 202 : 200);
    const deliveryId = deliveryIdOf(taken);
    this.noteAsked(response, { teamId, deliveryId, step: 'intake', verdict: taken.kind });
    return readView(this.store, teamId, deliveryId, reader);
  }

  private read(body: unknown, { teamId, key, believe, onDropped }: AskedUpload): DocumentToSend {
    const parsed = this.requestSchema.safeParse(body ?? {});
    if (!parsed.success) throw invalidInput(toFieldErrors(parsed.error));
    const foreign = foreignRefs(teamId, parsed.data.attachments);
    if (foreign.length > 0) throw invalidInput(foreign);
    const dropped = droppedFields(body, parsed.data);
    if (dropped.length > 0) onDropped(dropped);
    return { ...parsed.data, teamId, key, requestedBy: believe(parsed.data.requestedBy) };
  }

  @Get()
  @TeamAccess('read')
  @RateLimit(({ query }) => (query.search === undefined ? 'lists' : 'searches'))
  @ApiOperation({ summary: 'The delivery log, newest first' })
  @ApiQuery({
    name: 'status',
    required: false,
    enum: LOG_STATUSES,
    description:
      '`bounced`: came back from one or more recipients. `in_trouble`: failed, partly sent or uncertain; `needs_attention`: the same, and neither sent again nor marked as received since; `under_way`: has not ended; `fell_back`: sent by the platform in place of the own server',
  })
  @ApiQuery({ name: 'documentId', required: false })
  @ApiQuery({ name: 'recipient', required: false, description: 'an address' })
  @ApiQuery({
    name: 'recipients',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: MOST_NAMED, default: 1 },
    description: 'how many recipients of each delivery are named at most',
  })
  @ApiQuery({ name: 'incident', required: false, description: 'the id of an incident: deliveries that met it' })
  @ApiQuery({ name: 'from', required: false, schema: INSTANT, description: 'handed over at this instant or later' })
  @ApiQuery({ name: 'until', required: false, schema: INSTANT, description: 'handed over before this instant' })
  @ApiQuery({
    name: 'search',
    required: false,
    schema: { type: 'string', maxLength: 200 },
    description:
      'words that must all occur, in any case: in subject, number or id of the document, or name or address of a recipient; or the Message-ID of a copy, ours or the one that a server gave it in its reply',
  })
  @ApiQuery({ name: 'limit', required: false })
  @ApiQuery({ name: 'cursor', required: false })
  @ApiResponse({ status: 200, schema: jsonSchema(page(deliverySummary)) })
  async list(
    @Param('teamId') teamId: string,
    @Query(new ZodPipe(deliveryLogQuery)) query: z.output<typeof deliveryLogQuery>,
    @ReaderLocale() reader: Locale | null,
  ): Promise<Page<DeliverySummary>> {
    const { limit, cursor, ...filter } = query;
    // One more than requested shows whether there is a next page.
    const records = await this.store.list({ teamId, ...filter, before: decodeCursor(z.uuid(), cursor), limit: limit + 1 });
    const items = records.slice(0, limit).map((record) => inReadersWords(record, reader));
    return { items, nextCursor: records.length > limit ? encodeCursor(items[items.length - 1]?.id) : null };
  }

  // Must come before ':id', whose route would match it too.
  @Get('statistics')
  @TeamAccess('read')
  @RateLimit('statistics')
  @ApiOperation({ summary: 'What became of the documents of the last 24 hours and of each of the last days, today included' })
  @ApiQuery({ name: 'days', required: false, schema: { type: 'integer', minimum: 1, maximum: 90, default: 30 } })
  @ApiReaderTimeZone('what a day is')
  @ApiResponse({ status: 200, schema: jsonSchema(deliveryStatistics) })
  async count(
    @Param('teamId') teamId: string,
    @Query(new ZodPipe(deliveryStatisticsQuery)) { days, timeZone }: z.output<typeof deliveryStatisticsQuery>,
  ): Promise<DeliveryStatistics> {
    return this.statistics.read(teamId, days, timeZone);
  }

  @Get(':id')
  @TeamAccess('read')
  @RateLimit('lists')
  @ApiOperation({ summary: 'A delivery with its recipients and attempts' })
  @ApiResponse({ status: 200, schema: jsonSchema(deliveryView) })
  async show(@Param('teamId') teamId: string, @Param('id') id: string, @ReaderLocale() reader: Locale | null): Promise<DeliveryView> {
    return readView(this.store, teamId, id, reader);
  }

  @Post(':id/resend')
  @HttpCode(202)
  @TeamAccess('write')
  @RateLimit('intake')
  @ApiOperation({ summary: 'Send a settled delivery again, as a new one; the user who asks hears of its trouble' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'with it a repeated request sends once' })
  @ApiBody({ schema: jsonSchema(resendRequest, 'input') })
  @ApiResponse({ status: 202, schema: jsonSchema(deliveryView) })
  async resend(
    @Param('teamId') teamId: string,
    @Param('id') id: string,
    @Headers('idempotency-key') key: string | undefined,
    @Body(new ZodPipe(resendRequest)) body: ResendRequest,
    @Res({ passthrough: true }) response: Response,
    @CurrentCaller() caller: Caller,
    @ReaderLocale() reader: Locale | null,
  ): Promise<DeliveryView> {
    const original = await readView(this.store, teamId, id, reader);
    const taken = await this.resending.resend(original, body, { caller, reader }, key === undefined ? undefined : checkKey(key));
    const deliveryId = deliveryIdOf(taken);
    this.noteAsked(response, { teamId, deliveryId, resendOf: id, step: 'resend', verdict: taken.kind });
    return readView(this.store, teamId, deliveryId, reader);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @TeamAccess('write')
  @RateLimit('intake')
  @ApiOperation({ summary: 'Settle what was not accepted yet as cancelled' })
  @ApiResponse({ status: 200, schema: jsonSchema(deliveryView) })
  async cancel(
    @Param('teamId') teamId: string,
    @Param('id') id: string,
    @Res({ passthrough: true }) response: Response,
    @CurrentCaller() caller: Caller,
    @ReaderLocale() reader: Locale | null,
  ): Promise<DeliveryView> {
    await readView(this.store, teamId, id, reader);
    await this.cancelling.cancel(teamId, id, caller.userId);
    this.noteAsked(response, { teamId, deliveryId: id, step: 'cancel' });
    return readView(this.store, teamId, id, reader);
  }

  /** Logs which delivery a request concerns; further log lines have only the id of the delivery. */
  private noteAsked(response: Response, fields: Record<string, unknown>): void {
    this.logger.info({ requestId: requestIdOf(response.req), ...fields }, 'requested by HTTP');
  }
}

function checkKey(key: string): string {
  const checked = idempotencyKey.safeParse(key);
  if (checked.success) return checked.data;
  throw new ProblemException(422, 'idempotency-key', `The header Idempotency-Key ${checked.error.issues[0]?.message ?? 'is not valid'}.`);
}

function deliveryIdOf(taken: Intake): string {
  if (taken.kind !== 'rejected') return taken.deliveryId;
  if (taken.reason === 'key_conflict')
    throw new ProblemException(
      409,
      'key-conflict',
      'The key was used for another document already; the first one is untouched. Use a key of its own for each document.',
    );
  if (taken.reason === 'recurrence_conflict')
    throw new ProblemException(
      409,
      'recurrence-conflict',
      'This occurrence of the series was handed over already, under another key; the first one is untouched. Send that one again, or give another document an occurrence of its own.',
      taken.errors,
    );
  throw invalidInput(taken.errors);
}
