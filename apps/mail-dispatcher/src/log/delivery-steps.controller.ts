// Actions on one delivery besides sending it again and cancelling it: move it to another time, send it now, or note that it has arrived.
import { Body, Controller, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  type DeliveryView,
  deliveryView,
  type Locale,
  type ReceivedRequest,
  receivedRequest,
  type RescheduleRequest,
  rescheduleRequest,
} from '@billing-mail/contracts';
import {
  ApiReaderLocale,
  type Caller,
  CurrentCaller,
  jsonSchema,
  type Logger,
  RateLimit,
  ReaderLocale,
  requestIdOf,
  TeamAccess,
  ZodPipe,
} from '@billing-mail/platform';
import type { Response } from 'express';
import { LOGGER } from '../dispatcher.tokens.js';
import { DeliveriesStore } from './deliveries.store.js';
import { readView } from './delivery-view.js';
import { MarkReceived } from './mark-received.js';
import { MoveDelivery } from './move-delivery.js';

@ApiTags('deliveries')
@ApiReaderLocale('that of whoever sent the document')
@Controller('v1/teams/:teamId/deliveries/:id')
export class DeliveryStepsController {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly store: DeliveriesStore,
    private readonly moving: MoveDelivery,
    private readonly marking: MarkReceived,
  ) {}

  @Post('retry-now')
  @HttpCode(200)
  @TeamAccess('write')
  @RateLimit('intake')
  @ApiOperation({ summary: 'Try a waiting delivery at once; it gets no additional tries' })
  @ApiResponse({ status: 200, schema: jsonSchema(deliveryView) })
  async retryNow(
    @Param('teamId') teamId: string,
    @Param('id') id: string,
    @Res({ passthrough: true }) response: Response,
    @ReaderLocale() reader: Locale | null,
  ): Promise<DeliveryView> {
    return this.afterwards(response, { teamId, id, reader, step: 'retry-now' }, () => this.moving.move(teamId, id, null));
  }

  @Post('reschedule')
  @HttpCode(200)
  @TeamAccess('write')
  @RateLimit('intake')
  @ApiOperation({ summary: 'Move a waiting delivery to another time' })
  @ApiBody({ schema: jsonSchema(rescheduleRequest, 'input') })
  @ApiResponse({ status: 200, schema: jsonSchema(deliveryView) })
  async reschedule(
    @Param('teamId') teamId: string,
    @Param('id') id: string,
    @Body(new ZodPipe(rescheduleRequest)) { sendAt }: RescheduleRequest,
    @Res({ passthrough: true }) response: Response,
    @ReaderLocale() reader: Locale | null,
  ): Promise<DeliveryView> {
    return this.afterwards(response, { teamId, id, reader, step: 'reschedule' }, () => this.moving.move(teamId, id, sendAt));
  }

  @Post('received')
  @HttpCode(200)
  @TeamAccess('write')
  @RateLimit('intake')
  @ApiOperation({
    summary: 'Record that an uncertain document has arrived',
    description: 'It needs no attention any more; what is known of its recipients stays as it is.',
  })
  @ApiBody({ schema: jsonSchema(receivedRequest, 'input') })
  @ApiResponse({ status: 200, schema: jsonSchema(deliveryView) })
  async received(
    @Param('teamId') teamId: string,
    @Param('id') id: string,
    @Body(new ZodPipe(receivedRequest)) { note }: ReceivedRequest,
    @Res({ passthrough: true }) response: Response,
    @CurrentCaller() caller: Caller,
    @ReaderLocale() reader: Locale | null,
  ): Promise<DeliveryView> {
    const mark = () => this.marking.mark(teamId, id, { by: caller.userId, note: note ?? null });
    return this.afterwards(response, { teamId, id, reader, step: 'received' }, mark);
  }

  private async afterwards(
    response: Response,
    { teamId, id, reader, step }: { teamId: string; id: string; reader: Locale | null; step: string },
    work: () => Promise<void>,
  ): Promise<DeliveryView> {
    await readView(this.store, teamId, id, reader);
    await work();
    this.logger.info({ requestId: requestIdOf(response.req), teamId, deliveryId: id, step }, 'requested by HTTP');
    return readView(this.store, teamId, id, reader);
  }
}
