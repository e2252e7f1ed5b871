// Receives reports by HTTP, for mail servers that pipe mail to a program; only internal services may use it.
import { Controller, HttpCode, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { bounceTaken, type BounceTaken } from '@billing-mail/contracts';
import { jsonSchema, ProblemException, ServicesOnly } from '@billing-mail/platform';
import type { Request } from 'express';
import { ReturnPaths } from '../records/return-paths.js';
import { bouncesIgnored } from './bounce.metrics.js';
import { TakeReport } from './take-report.js';

/** Header fields in which mail servers note the recipient, the most reliable first. `To` is chosen by the sender. */
const RECIPIENT_FIELDS = ['X-Original-To', 'Delivered-To', 'Envelope-To', 'To'];
/** Header fields are at the beginning of a mail; no more is searched. */
const HEAD_BYTES = 64 * 1024;
const MOST_ADDRESSES = 50;

@ApiTags('bounces')
@Controller('v1/bounces')
export class BouncesController {
  constructor(
    private readonly returnPaths: ReturnPaths,
    private readonly reports: TakeReport,
  ) {}

  @Post()
  @HttpCode(200)
  @ServicesOnly()
  @ApiOperation({
    summary: 'A mail that came to the return path of a delivery',
    description: 'For internal services, such as a mail server that pipes. Safe to repeat; nothing is sent in answer to the mail.',
  })
  @ApiQuery({ name: 'to', required: false, description: 'the address that the mail came to' })
  @ApiHeader({ name: 'X-Original-To', required: false, description: 'the same; without both the fields of the mail are looked at' })
  @ApiConsumes('message/rfc822')
  @ApiBody({ required: true, schema: { type: 'string' }, description: 'the mail (message/rfc822), as it came' })
  @ApiResponse({ status: 200, schema: jsonSchema(bounceTaken) })
  async take(@Req() request: Request, @Query('to') to: unknown): Promise<BounceTaken> {
    const raw: unknown = request.body;
    if (!Buffer.isBuffer(raw) || raw.length === 0)
      throw new ProblemException(415, 'mail-expected', 'The body must be a mail, with the content type message/rfc822.');
    const named = [to, request.headers['x-original-to']].filter((value) => typeof value === 'string' && value !== '') as string[];
    const reasons: string[] = [];
    for (const address of named.length > 0 ? named : addressesIn(raw)) {
      const path = this.returnPaths.read(address);
      if (typeof path !== 'string') return { result: await this.reports.take(path, raw) };
      reasons.push(path);
    }
    bouncesIgnored.inc({ reason: reasons.find((reason) => reason !== 'elsewhere') ?? 'elsewhere' });
    throw new ProblemException(422, 'no-return-path', 'The mail came to no address that a delivery went out with in the last 30 days.');
  }
}

function addressesIn(raw: Buffer): string[] {
  const head = raw
    .toString('latin1', 0, HEAD_BYTES)
    .split(/\r?\n\r?\n/, 1)[0]
    ?.replace(/\r?\n[ \t]+/g, ' ');
  const lines = head?.split(/\r?\n/) ?? [];
  const values = RECIPIENT_FIELDS.flatMap((name) => lines.filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`)));
  return values.flatMap((line) => line.match(/[\w+.-]{1,64}@[\w.-]{1,253}/g) ?? []).slice(0, MOST_ADDRESSES);
}
