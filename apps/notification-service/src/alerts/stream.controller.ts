import { Controller, Get, Headers, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type Locale, readerTimeZone } from '@billing-mail/contracts';
import {
  ApiReaderLocale,
  ApiReaderTimeZone,
  type Caller,
  CurrentCaller,
  invalidInput,
  ReaderLocale,
  ZodPipe,
} from '@billing-mail/platform';
import type { Response } from 'express';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { StreamsService } from './streams.service.js';

const streamQuery = z.object({ timeZone: readerTimeZone });

@ApiTags('notifications')
@Controller('v1/notifications')
export class StreamController {
  constructor(private readonly streams: StreamsService) {}

  @Get('stream')
  @ApiOperation({
    summary: 'Server-sent events: one per new or counted-up notification',
    description:
      'The data of an event is a notification as in the list; its id grows. Open the stream, then read the list, and nothing is ' +
      'missed; after a lost link send the last id as `Last-Event-ID`. The stream ends when the token does. A comment comes every 15 seconds.',
  })
  @ApiReaderLocale("the caller's preference")
  @ApiReaderTimeZone('the times in the texts')
  @ApiHeader({ name: 'Last-Event-ID', required: false, schema: { type: 'integer', minimum: 0 }, description: 'goes on after this id' })
  @ApiProduces('text/event-stream')
  @ApiResponse({ status: 200, description: 'The stream', content: { 'text/event-stream': { schema: { type: 'string' } } } })
  @ApiResponse({ status: 429, description: 'The caller has too many streams open' })
  async stream(
    @Query(new ZodPipe(streamQuery)) { timeZone }: z.output<typeof streamQuery>,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Headers('authorization') authorization: string,
    @CurrentCaller() caller: Caller,
    @ReaderLocale() locale: Locale | null,
    @Res() response: Response,
  ): Promise<void> {
    await this.streams.open({ caller, locale, timeZone }, response, {
      lastSeen: readEventId(lastEventId),
      expiresAt: expiryOf(authorization),
    });
  }
}

function readEventId(value: string | undefined): number | null {
  if (value === undefined || value === '') return null;
  if (!/^\d{1,15}$/.test(value)) throw invalidInput([{ pointer: '/Last-Event-ID', message: 'must be the id of an event of this stream' }]);
  return Number(value);
}

// The guard has verified the token; only its expiry is read here.
function expiryOf(authorization: string): Date | null {
  const { exp } = decodeJwt(authorization.replace(/^Bearer +/i, ''));
  return exp === undefined ? null : new Date(exp * 1000);
}
