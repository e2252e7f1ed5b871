// The messages that went out, over HTTP: their parts for display, and attachments and messages as files for download.
import { Controller, Get, Param, Res, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type DeliveryContent, deliveryContent, type Route, ROUTES } from '@billing-mail/contracts';
import { jsonSchema, notFound, RateLimit, TeamAccess } from '@billing-mail/platform';
import type { Response } from 'express';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { endWhenIdle } from './end-when-idle.js';
import { type Download, SentMessages } from './sent-messages.js';

const BINARY = { type: 'string' as const, contentMediaType: 'application/octet-stream' };
const MOST_ATTACHMENTS = 1000;

@ApiTags('deliveries')
@Controller('v1/teams/:teamId/deliveries/:id')
export class SentMessagesController {
  constructor(private readonly sent: SentMessages) {}

  @Get('content')
  @TeamAccess('read')
  @RateLimit('lists')
  @ApiOperation({ summary: 'What a delivery says, what is attached, and what went out by each route' })
  @ApiResponse({ status: 200, schema: jsonSchema(deliveryContent) })
  async content(@Param('teamId') teamId: string, @Param('id') id: string): Promise<DeliveryContent> {
    return this.sent.content(teamId, checked(id));
  }

  @Get('attachments/:position')
  @TeamAccess('read')
  @RateLimit('downloads')
  @ApiOperation({ summary: 'An attachment, as it was handed over' })
  @ApiParam({ name: 'position', schema: { type: 'integer', minimum: 0, maximum: MOST_ATTACHMENTS } })
  @ApiResponse({ status: 200, content: { 'application/octet-stream': { schema: BINARY } } })
  @ApiResponse({ status: 409, description: 'the document has changed since' })
  async attachment(
    @Param('teamId') teamId: string,
    @Param('id') id: string,
    @Param('position') position: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    const index = z.coerce.number().int().min(0).max(MOST_ATTACHMENTS).safeParse(position);
    if (!index.success) throw notFound('The attachment');
    const { filename, ...download } = await this.sent.attachment(teamId, checked(id), index.data);
    // Never with its own content type: an attachment must not run as a page of this site.
    return asFile(response, filename, 'application/octet-stream', download);
  }

  @Get('messages/:route')
  @TeamAccess('read')
  @RateLimit('downloads')
  @ApiOperation({
    summary: 'The message that went out by a route, byte for byte',
    description: 'It is composed once more; only bytes with the recorded SHA-256 are given out.',
  })
  @ApiParam({ name: 'route', enum: ROUTES })
  @ApiResponse({ status: 200, content: { 'message/rfc822': { schema: BINARY } } })
  @ApiResponse({ status: 409, description: 'the same bytes can not be had any more' })
  async message(
    @Param('teamId') teamId: string,
    @Param('id') id: string,
    @Param('route') route: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    if (!(ROUTES as readonly string[]).includes(route)) throw notFound('The message');
    const download = await this.sent.message(teamId, checked(id), route as Route);
    return asFile(response, `${id}.eml`, 'message/rfc822', download);
  }
}

function checked(id: string): string {
  if (!z.uuid().safeParse(id).success) throw notFound('The delivery');
  return id;
}

function asFile(response: Response, filename: string, type: string, { body, size, done }: Download): StreamableFile {
  response.attachment(filename).type(type);
  response.once('close', done);
  endWhenIdle(response);
  return new StreamableFile(Readable.from(typeof body === 'function' ? body() : [body]), { length: size });
}
