// The addresses from which documents of a team came back, over HTTP.
import { Controller, Delete, Get, Header, HttpCode, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  type BouncedAddressView,
  bouncedAddressQuery,
  bouncedAddressRemoval,
  bouncedAddressView,
  type Locale,
  type Page,
  page,
} from '@billing-mail/contracts';
import { explainBounce } from '@billing-mail/mail-core';
import {
  ApiReaderLocale,
  decodeCursor,
  encodeCursor,
  jsonSchema,
  RateLimit,
  ReaderLocale,
  TeamAccess,
  toCsv,
  ZodPipe,
} from '@billing-mail/platform';
import { z } from 'zod';
import { BouncedAddressesStore } from './bounced-addresses.store.js';

const MOST_IN_A_FILE = 100_000;
const COLUMNS = ['address', 'class', 'status', 'diagnostic', 'deliveryId', 'bouncedAt', 'until'] as const;

@ApiTags('bounced addresses')
@ApiReaderLocale('English')
@Controller('v1/teams/:teamId/bounced-addresses')
export class BouncedAddressesController {
  constructor(private readonly store: BouncedAddressesStore) {}

  @Get()
  @TeamAccess('read')
  @RateLimit('lists')
  @ApiOperation({ summary: 'Addresses that documents came back from for good in the last 30 days, by address' })
  @ApiQuery({ name: 'limit', required: false })
  @ApiQuery({ name: 'cursor', required: false })
  @ApiResponse({ status: 200, schema: jsonSchema(page(bouncedAddressView)) })
  async list(
    @Param('teamId') teamId: string,
    @Query(new ZodPipe(bouncedAddressQuery)) { limit, cursor }: z.output<typeof bouncedAddressQuery>,
    @ReaderLocale() reader: Locale | null,
  ): Promise<Page<BouncedAddressView>> {
    const rows = await this.store.list(teamId, decodeCursor(z.string(), cursor), limit + 1);
    const items = rows.slice(0, limit).map((row) => ({ ...row, explanation: explainBounce(row.class, reader ?? 'en').happened }));
    return { items, nextCursor: rows.length > limit ? encodeCursor(items[items.length - 1]?.address) : null };
  }

  @Get('csv')
  @TeamAccess('read')
  @RateLimit('statistics')
  @Header('Content-Type', 'text/csv; charset=utf-8')
  @Header('Content-Disposition', 'attachment; filename="bounced-addresses.csv"')
  @ApiOperation({ summary: 'The same as a file' })
  @ApiResponse({ status: 200, content: { 'text/csv': { schema: { type: 'string' } } } })
  async csv(@Param('teamId') teamId: string): Promise<string> {
    const rows = await this.store.list(teamId, null, MOST_IN_A_FILE);
    return toCsv(COLUMNS, rows);
  }

  @Delete()
  @HttpCode(204)
  @TeamAccess('write')
  @ApiOperation({ summary: 'Forget an address, or all: the next document to it warns nobody' })
  @ApiQuery({ name: 'address', required: false, description: 'that one; all of the team without it' })
  @ApiResponse({ status: 204 })
  async clear(
    @Param('teamId') teamId: string,
    @Query(new ZodPipe(bouncedAddressRemoval)) { address }: z.output<typeof bouncedAddressRemoval>,
  ): Promise<void> {
    await this.store.clear(teamId, address ?? null);
  }
}
