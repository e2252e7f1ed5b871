import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type ServerTrust } from '@billing-mail/contracts';
import { type CredentialBox } from './credential-box.js';
import { clientKeyContext } from './seal-context.js';

/** The trust of a team's server in the form that a connection needs, with the client's key in clear. */
export type OpenedTrust = { caPem?: string; pin?: string; clientCertificate?: { chainPem: string; keyPem: string } };

/**
 * Opens the trust of a team's server for a connection.
 * @param caPem trusted besides, for development and tests
 * @throws SealError
 */
export function openServerTrust(teamId: string, tls: ServerTrust | undefined, caPem: string | null, box: CredentialBox): OpenedTrust {
  if (tls === undefined) return caPem === null ? {} : { caPem };
  const authorities = [caPem, tls.ca].filter((pem) => typeof pem === 'string');
  const client = tls.clientCertificate;
  return {
    ...(authorities.length === 0 ? {} : { caPem: authorities.join('\n') }),
    ...(tls.pin === undefined ? {} : { pin: tls.pin.startsWith('-----') ? new X509Certificate(tls.pin).fingerprint256 : tls.pin }),
    ...(client === undefined ? {} : { clientCertificate: openClient(teamId, client, box) }),
  };
}

function openClient(teamId: string, { chain, keySealed }: NonNullable<ServerTrust['clientCertificate']>, box: CredentialBox) {
  const certificates = chain.map((der) => Buffer.from(der, 'base64'));
  const key = Buffer.from(box.open(keySealed, clientKeyContext(teamId, certificates[0] ?? Buffer.alloc(0))), 'base64');
  return {
    chainPem: certificates.map((der) => new X509Certificate(der).toString()).join(''),
    keyPem: createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}
