import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type CertificateInput, certificateInput, type CertificateView, certificateView } from '@billing-mail/contracts';
import { Caller, CurrentCaller, jsonSchema, RateLimit, TeamAccess, ZodPipe } from '@billing-mail/platform';
import { ApiProblems } from '../email-delivery/api-problems.js';
import { CertificateService } from './certificate.service.js';

/** The certificate that signs mail by the team's own server. Its private key can be set but never read. */
@ApiTags('E-mail delivery')
@ApiParam({ name: 'teamId' })
@Controller('v1/teams/:teamId/email-delivery/certificate')
export class CertificateController {
  constructor(private readonly certificates: CertificateService) {}

  @Get()
  @TeamAccess('read')
  @ApiOperation({ summary: "The team's signing certificate, without its key" })
  @ApiResponse({ status: 200, schema: jsonSchema(certificateView) })
  @ApiProblems(401, 404)
  async read(@Param('teamId') teamId: string): Promise<CertificateView> {
    return certificateView.parse(await this.certificates.read(teamId));
  }

  @Put()
  @TeamAccess('write')
  @RateLimit('certificates')
  @ApiOperation({
    summary: "Sign what goes out by the team's own server",
    description:
      'A PKCS#12 file in base64 with its passphrase. It must be for the sender address of the server, and a certificate that a receiver would reject is refused.',
  })
  @ApiBody({ schema: jsonSchema(certificateInput, 'input') })
  @ApiResponse({ status: 200, schema: jsonSchema(certificateView) })
  @ApiProblems(400, 401, 403, 404, 409, 422)
  set(
    @Param('teamId') teamId: string,
    @Body(new ZodPipe(certificateInput)) body: CertificateInput,
    @CurrentCaller() caller: Caller,
  ): Promise<CertificateView> {
    return this.certificates.set(teamId, body, caller);
  }

  @Delete()
  @HttpCode(204)
  @TeamAccess('write')
  @ApiOperation({ summary: 'Stop signing', description: 'Deletes the key. Waiting documents go out unsigned.' })
  @ApiResponse({ status: 204 })
  @ApiProblems(401, 403, 404)
  remove(@Param('teamId') teamId: string, @CurrentCaller() caller: Caller): Promise<void> {
    return this.certificates.remove(teamId, caller);
  }
}
