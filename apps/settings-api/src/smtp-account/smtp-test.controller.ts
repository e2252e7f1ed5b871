import { Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  type Locale,
  smtpTestLine,
  type SmtpTestLine,
  type SmtpTestRequest,
  smtpTestRequest,
  smtpTestResult,
} from '@billing-mail/contracts';
import { ApiReaderLocale, jsonSchema, RateLimit, ReaderLocale, TeamAccess, ZodPipe } from '@billing-mail/platform';
import type { Request, Response } from 'express';
import { ApiProblems } from '../email-delivery/api-problems.js';
import { SmtpTestService } from './smtp-test.service.js';

const LINES = 'application/x-ndjson';

@ApiTags('E-mail delivery')
@ApiParam({ name: 'teamId' })
@Controller('v1/teams/:teamId/email-delivery/smtp')
export class SmtpTestController {
  constructor(private readonly tests: SmtpTestService) {}

  @Post('test')
  @HttpCode(200)
  @TeamAccess('write')
  @RateLimit('smtp-test')
  @ApiOperation({
    summary: 'Test a mail server step by step',
    description:
      'The given server, or the stored one. With "sendTo" a real test e-mail is sent. A failed test is a 200 with "ok": false. ' +
      `A client that accepts ${LINES} gets one line for each step as it succeeds, and a last line with the result.`,
  })
  @ApiReaderLocale("the team's")
  @ApiBody({ required: false, schema: jsonSchema(smtpTestRequest, 'input') })
  @ApiResponse({
    status: 200,
    content: { 'application/json': { schema: jsonSchema(smtpTestResult) }, [LINES]: { schema: jsonSchema(smtpTestLine) } },
  })
  @ApiProblems(400, 401, 403, 404, 422)
  async test(
    @Param('teamId') teamId: string,
    @Body(new ZodPipe(smtpTestRequest)) body: SmtpTestRequest,
    @ReaderLocale() reader: Locale | null,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    if (request.accepts(['json', LINES]) !== LINES) {
      response.json(await this.tests.test(teamId, body, reader));
      return;
    }
    // Nothing is written before the first step, so that a wrong request still gets a problem response.
    const result = await this.tests.test(teamId, body, reader, (step) => writeLine(response, { step }));
    writeLine(response, { result });
    response.end();
  }
}

function writeLine(response: Response, line: SmtpTestLine): void {
  // The client is gone or has the result already: the SMTP session may last longer than the test.
  if (response.destroyed || response.writableEnded) return;
  // Keeps nginx from buffering the lines.
  if (!response.headersSent) response.type(LINES).setHeader('X-Accel-Buffering', 'no');
  response.write(`${JSON.stringify(line)}\n`);
}
