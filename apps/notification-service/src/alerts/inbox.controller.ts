import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type Locale, notificationView, page, pageQuery, readerTimeZone } from '@billing-mail/contracts';
import {
  ApiReaderLocale,
  ApiReaderTimeZone,
  type Caller,
  CurrentCaller,
  decodeCursor,
  encodeCursor,
  jsonSchema,
  notFound,
  ReaderLocale,
  ZodPipe,
} from '@billing-mail/platform';
import { z } from 'zod';
import { InboxStore } from './inbox.store.js';

const readerQuery = z.object({ timeZone: readerTimeZone });
const listQuery = pageQuery.extend({ unread: z.enum(['true', 'false'], 'must be true or false').optional(), timeZone: readerTimeZone });
const listAnswer = page(notificationView).extend({ unreadCount: z.int() });
const readAllAnswer = z.object({ unreadCount: z.int() });
const positionInList = z.int().positive();

@ApiTags('notifications')
@ApiReaderLocale("the caller's preference")
@Controller('v1/notifications')
export class InboxController {
  constructor(private readonly inbox: InboxStore) {}

  @Get()
  @ApiOperation({ summary: "The caller's notifications, newest first; a notification whose count has grown is new again" })
  @ApiQuery({ name: 'unread', required: false, schema: { type: 'boolean' }, description: 'true: only those not yet read' })
  @ApiQuery({ name: 'limit', required: false, schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 } })
  @ApiQuery({ name: 'cursor', required: false, schema: { type: 'string' }, description: '`nextCursor` of the page before' })
  @ApiReaderTimeZone('the times in the texts')
  @ApiResponse({ status: 200, schema: jsonSchema(listAnswer) })
  async list(
    @Query(new ZodPipe(listQuery)) query: z.output<typeof listQuery>,
    @CurrentCaller() caller: Caller,
    @ReaderLocale() locale: Locale | null,
  ) {
    const before = decodeCursor(positionInList, query.cursor);
    // One more than requested shows whether there is a next page.
    const [found, unreadCount] = await Promise.all([
      this.inbox.list(
        { caller, locale, timeZone: query.timeZone },
        { unreadOnly: query.unread === 'true', before, limit: query.limit + 1 },
      ),
      this.inbox.countUnread(caller),
    ]);
    const items = found.slice(0, query.limit);
    const last = found.length > query.limit ? items.at(-1) : undefined;
    return { items: items.map(({ view }) => view), nextCursor: last ? encodeCursor(last.position) : null, unreadCount };
  }

  @Post('read-all')
  @HttpCode(200)
  @ApiOperation({ summary: "Marks all of the caller's notifications as read" })
  @ApiResponse({ status: 200, schema: jsonSchema(readAllAnswer) })
  async readAll(@CurrentCaller() caller: Caller) {
    await this.inbox.markAllRead(caller);
    return { unreadCount: await this.inbox.countUnread(caller) };
  }

  @Post(':id/read')
  @HttpCode(200)
  @ApiOperation({ summary: 'Marks one notification as read; for the caller only, also when the whole team was told' })
  @ApiReaderTimeZone('the times in the texts')
  @ApiResponse({ status: 200, schema: jsonSchema(notificationView) })
  @ApiResponse({ status: 404, description: 'There is no such notification for the caller' })
  async read(
    @Param('id') id: string,
    @Query(new ZodPipe(readerQuery)) { timeZone }: z.output<typeof readerQuery>,
    @CurrentCaller() caller: Caller,
    @ReaderLocale() locale: Locale | null,
  ) {
    const view = z.uuid().safeParse(id).success ? await this.inbox.markRead({ caller, locale, timeZone }, id) : null;
    if (view === null) throw notFound('The notification');
    return view;
  }
}
