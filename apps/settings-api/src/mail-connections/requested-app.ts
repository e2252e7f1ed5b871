// What a request to connect a mailbox asks for: the app, its mail servers, and the errors if the provider refuses it.
import { Inject, Injectable } from '@nestjs/common';
import { MAIL_PROVIDER_SERVERS, type MailConnectionRequest } from '@billing-mail/contracts';
import { invalidInput, ProblemException } from '@billing-mail/platform';
import { EmailDeliveryStore } from '../email-delivery/email-delivery.store.js';
import { PLATFORM_APPS } from '../settings.tokens.js';
import { type PlatformApps } from './platform-apps.js';
import {
  CLOCK_OFF,
  FORBIDDEN_ADDRESS,
  NOT_AT_THIS_ADDRESS,
  type ProviderAnswer,
  type ProviderApp,
  UNREACHED_HOST,
} from './provider-client.js';
import { issuerOfTenant } from './providers/microsoft.js';

@Injectable()
export class RequestedApp {
  constructor(
    private readonly settings: EmailDeliveryStore,
    @Inject(PLATFORM_APPS) private readonly apps: PlatformApps,
  ) {}

  /** @throws ProblemException 422 if the request names no app and the platform has none */
  appOf({ provider, clientId, clientSecret, tenant, issuer }: MailConnectionRequest): ProviderApp {
    if (clientId === undefined && this.apps.appOf(provider).clientId === null)
      throw invalidInput([{ pointer: '/clientId', message: 'is needed: the platform has no app of its own at this provider' }]);
    const known = this.apps.issuerOf(provider) ?? issuer ?? '';
    return { provider, issuer: issuerOfTenant(known, tenant), clientId: clientId ?? null, clientSecret: clientSecret ?? null };
  }

  /**
   * Returns the mail servers to which tokens may be sent.
   * @throws ProblemException 422 if nobody names one
   */
  async hostsOf(teamId: string, { provider, host }: MailConnectionRequest): Promise<string[]> {
    const known = MAIL_PROVIDER_SERVERS[provider].map((server) => server.host);
    if (known.length > 0) return known;
    const named = host ?? (await this.settings.find(teamId))?.smtp?.host;
    if (named === undefined) throw invalidInput([{ pointer: '/host', message: 'is needed: no mail server is stored for the team yet' }]);
    return [named.toLowerCase()];
  }
}

/**
 * Returns what the provider has answered to a request.
 * @throws ProblemException 422 if it refuses the request, with the fields to correct; 503 if it does not answer
 */
export function answered<T>(request: MailConnectionRequest, answer: ProviderAnswer<T>): T {
  const { tenant, issuer } = request;
  if (answer.kind === 'ok') return answer;
  const isIssuer = (message: string) => invalidInput([{ pointer: '/issuer', message }]);
  if (answer.kind === 'away') {
    if (answer.why === CLOCK_OFF) throw clockOff();
    if (answer.why === UNREACHED_HOST && issuer !== undefined)
      throw isIssuer('leads to no public server that can be reached from here: check the address');
  } else if (answer.code === NOT_AT_THIS_ADDRESS) {
    if (tenant !== undefined) throw invalidInput([{ pointer: '/tenant', message: 'is not known to the provider' }]);
    if (issuer !== undefined) throw isIssuer('has no discovery document: check the address');
  } else if (answer.code === FORBIDDEN_ADDRESS && issuer !== undefined) {
    throw isIssuer('must be reached by https:// on port 443, and so must the addresses that it names');
  } else {
    const message = `is refused by the provider: ${answer.code}`;
    throw invalidInput(refusedFields(request, answer).map((pointer) => ({ pointer, message })));
  }
  throw new ProblemException(503, 'provider-away', 'The provider does not answer. Check its address, or try again in a moment.');
}

/** Returns pointers to the refused fields: to the wrong one if the provider names it, and otherwise to all that may be wrong. */
function refusedFields(
  { clientSecret, serviceAccount }: MailConnectionRequest,
  { trouble, code, isExact }: Extract<ProviderAnswer<object>, { kind: 'refused' }>,
): string[] {
  const isSecret = trouble === 'client_secret_expired';
  if (serviceAccount !== undefined) {
    if (isSecret) return ['/serviceAccount/private_key'];
    return code === 'invalid_grant' ? ['/mailbox'] : ['/serviceAccount'];
  }
  if (clientSecret === undefined) return ['/clientId'];
  if (isSecret) return ['/clientSecret'];
  return code === 'invalid_client' && !isExact ? ['/clientId', '/clientSecret'] : ['/clientId'];
}

export const clockOff = (): ProblemException =>
  new ProblemException(
    503,
    'clock-off',
    'The clocks of our platform and of the provider differ too much. Whoever runs the platform has to set its clock.',
  );
