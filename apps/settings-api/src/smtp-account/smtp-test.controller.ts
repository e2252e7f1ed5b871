import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type SmtpTestRequest, smtpTestRequest, smtpTestResult, type SmtpTestResult } from '@billing-mail/contracts';
import { jsonSchema, TeamAccess, ZodPipe } from '@billing-mail/platform';
import { ApiProblems } from '../email-delivery/api-problems.js';
import { SmtpTestService } from './smtp-test.service.js';

@ApiTags('E-mail delivery')
@ApiParam({ name: 'teamId' })
@Controller('v1/teams/:teamId/email-delivery/smtp')
export class SmtpTestController {
  constructor(private readonly tests: SmtpTestService) {}

  @Post('test')
  @HttpCode(200)
  @TeamAccess('write')
  @ApiOperation({
    summary: 'Test a mail server step by step',
    description: 'The given server, or the stored one. With "sendTo" a real test e-mail is sent. A failed test is a 200 with "ok": false.',
  })
  @ApiBody({ required: false, schema: jsonSchema(smtpTestRequest, 'input') })
  @ApiResponse({ status: 200, schema: jsonSchema(smtpTestResult) })
  @ApiProblems(400, 401, 403, 404, 422, 429)
  test(@Param('teamId') teamId: string, @Body(new ZodPipe(smtpTestRequest)) body: SmtpTestRequest): Promise<SmtpTestResult> {
    return this.tests.test(teamId, body);
  }
}
