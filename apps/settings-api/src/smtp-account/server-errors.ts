import { isIP } from 'node:net';
import { type FieldError, type SmtpInput } from '@billing-mail/contracts';
import { isAddressAllowed, type NetworkPolicy } from '@billing-mail/smtp-client';

/**
 * Returns what the operator's network policy forbids about a server, before anybody connects to it. A host name is checked at each try, by
 * the addresses that it resolves to.
 */
export function serverErrors(smtp: Pick<SmtpInput, 'host' | 'port'>, policy: NetworkPolicy): FieldError[] {
  const errors: FieldError[] = [];
  if (!policy.allowedPorts.includes(smtp.port))
    errors.push({ pointer: '/smtp/port', message: `must be one of the allowed ports ${policy.allowedPorts.join(', ')}` });
  if (isIP(smtp.host) !== 0 && !isAddressAllowed(smtp.host, policy))
    errors.push({
      pointer: '/smtp/host',
      message: 'is an address in a private or reserved network, which is not allowed; use a public mail server',
    });
  return errors;
}
