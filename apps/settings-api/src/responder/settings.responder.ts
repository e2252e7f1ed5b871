import { Controller } from '@nestjs/common';
import { MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import {
  CERTIFICATES_ENDING,
  certificatesEndingRequest,
  type EndingCertificate,
  SETTINGS_GET,
  settingsGetRequest,
  type TeamMailSettings,
  toFieldErrors,
} from '@billing-mail/contracts';
import { type SpanAbout, Traced } from '@billing-mail/platform';
import { EmailDeliveryStore } from '../email-delivery/email-delivery.store.js';

/** Returns the trace context of the requesting service, so that its trace continues here. */
function stepOf(payload: unknown): SpanAbout {
  const { traceparent } = (payload ?? {}) as { traceparent?: unknown };
  return { parent: traceparent };
}

/** Answers requests of other services over Redis. The password stays sealed. */
@Controller()
export class SettingsResponder {
  constructor(private readonly store: EmailDeliveryStore) {}

  /** Returns the settings, or `null` for a team that has saved none. Only the message of an RpcException reaches the caller. */
  @MessagePattern(SETTINGS_GET)
  @Traced(SETTINGS_GET, { kind: 'server', about: stepOf })
  async settings(@Payload() payload: unknown): Promise<TeamMailSettings | null> {
    const request = settingsGetRequest.safeParse(payload);
    if (!request.success) throw new RpcException({ code: 'invalid_request', errors: toFieldErrors(request.error) });
    return this.store.find(request.data.teamId);
  }

  @MessagePattern(CERTIFICATES_ENDING)
  async certificatesEnding(@Payload() payload: unknown): Promise<EndingCertificate[]> {
    const request = certificatesEndingRequest.safeParse(payload);
    if (!request.success) throw new RpcException({ code: 'invalid_request', errors: toFieldErrors(request.error) });
    return this.store.certificatesEnding(request.data);
  }
}
