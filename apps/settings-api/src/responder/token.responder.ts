import { Controller } from '@nestjs/common';
import { MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { SMTP_TOKEN, type SmtpTokenAnswer, smtpTokenRequest, toFieldErrors } from '@billing-mail/contracts';
import { CredentialBox, smtpTokenContext } from '@billing-mail/platform';
import { AccessTokens } from '../mail-connections/access-tokens.js';

/** Answers requests for access tokens over Redis. A token is sealed for its connection and server. */
@Controller()
export class TokenResponder {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly box: CredentialBox,
  ) {}

  /** Only the message of an RpcException reaches the caller. */
  @MessagePattern(SMTP_TOKEN)
  async token(@Payload() payload: unknown): Promise<SmtpTokenAnswer> {
    const request = smtpTokenRequest.safeParse(payload);
    if (!request.success) throw new RpcException({ code: 'invalid_request', errors: toFieldErrors(request.error) });
    const { teamId, connectionId, host } = request.data;
    const answer = await this.tokens.tokenFor(request.data);
    // Both reasons are reported as one, because a delivery waits in the same way for either.
    if ('unavailable' in answer) return { unavailable: 'provider_away' };
    if (!('token' in answer)) return answer;
    return {
      tokenSealed: this.box.seal(answer.token, smtpTokenContext(teamId, connectionId, host)),
      validForMs: Math.round(answer.leftMs),
    };
  }
}
