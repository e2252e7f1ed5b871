// Reads and checks how a team's server proves its identity, and the client certificate shown to it. Errors name the reason and the
// correction.
import { X509Certificate } from 'node:crypto';
import {
  type CertificateUse,
  type FieldError,
  type ServerTrust,
  type ServerTrustInput,
  type ServerTrustView,
  type ShownCertificate,
} from '@billing-mail/contracts';
import { clientKeyContext, type CredentialBox } from '@billing-mail/platform';
import { readFile, sealedParts, shownOf } from '../certificate/read-certificate.js';

/**
 * `keepsClient`: the stored client certificate stays. `untimely`: fields whose certificate is not valid now, and why. It is an error only
 * for a new certificate, as one that expired after it was stored must not block other changes.
 */
export type ReadTrust = { trust: ServerTrust; keepsClient: boolean; untimely: Partial<Record<'ca' | 'pin', string>> };

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const FINGERPRINT = /^(?:[0-9a-f]{2}:?){31}[0-9a-f]{2}$/i;
const AT = '/smtp/tls';

/** Reads and checks the trust of a server. @param input as the client sent it, not checked yet */
export async function readServerTrust(
  teamId: string,
  input: ServerTrustInput | null | undefined,
  box: CredentialBox,
  now: Date,
): Promise<ReadTrust | { errors: FieldError[] }> {
  const { ca, pin, clientCertificate } = input ?? {};
  const errors: FieldError[] = [];
  const trust: ServerTrust = {};
  const untimely: ReadTrust['untimely'] = {};
  const take = (field: 'ca' | 'pin', read: ReadText | { error: string }) => {
    if ('error' in read) {
      errors.push({ pointer: `${AT}/${field}`, message: read.error });
      return;
    }
    trust[field] = read.text;
    const objection = read.certificates.map((certificate) => timeObjection(certificate, now)).find((each) => each !== null);
    if (objection !== undefined) untimely[field] = objection;
  };
  if (hasText(ca) && hasText(pin))
    errors.push({ pointer: `${AT}/pin`, message: 'already names the accepted certificate; leave out either the authority or the pin' });
  if (hasText(ca)) take('ca', readAuthorities(ca));
  if (hasText(pin)) take('pin', readPin(pin));
  const keepsClient = clientCertificate ? clientCertificate.file === undefined : false;
  if (clientCertificate?.file !== undefined) {
    const { file, passphrase = '' } = clientCertificate;
    const read = await readFile({ file, passphrase }, `${AT}/clientCertificate`);
    if ('errors' in read) errors.push(...read.errors);
    else {
      const objection = timeObjection(new X509Certificate(read.identity.certificateDer), now);
      if (objection !== null) errors.push({ pointer: `${AT}/clientCertificate/file`, message: objection });
      trust.clientCertificate = sealedParts(read.identity, box, clientKeyContext(teamId, read.identity.certificateDer));
    }
  }
  return errors.length > 0 ? { errors } : { trust, keepsClient, untimely };
}

/** Combines the new trust with the stored one. `tls` is `undefined` if the server is trusted as usual. */
export function settleTrust(
  { trust, keepsClient, untimely }: ReadTrust,
  stored: ServerTrust | undefined,
): { tls: ServerTrust | undefined } | { error: FieldError } {
  for (const field of ['ca', 'pin'] as const) {
    const message = untimely[field];
    if (message !== undefined && trust[field] !== stored?.[field]) return { error: { pointer: `${AT}/${field}`, message } };
  }
  if (keepsClient && stored?.clientCertificate === undefined)
    return { error: { pointer: `${AT}/clientCertificate/file`, message: 'is needed: none is stored yet' } };
  const tls = keepsClient && stored?.clientCertificate ? { ...trust, clientCertificate: stored.clientCertificate } : trust;
  return { tls: Object.keys(tls).length === 0 ? undefined : tls };
}

export const viewOfTrust = (tls: ServerTrust | undefined): ServerTrustView | undefined =>
  tls && { ...tls, certificates: certificatesIn(tls.ca ?? tls.pin ?? '') };

/**
 * Returns the certificates by which a server is trusted and the one that is shown to it, each with its use. None for a pinned fingerprint,
 * which does not say when its certificate expires.
 */
export function certificatesOf({ ca, pin, clientCertificate }: ServerTrust): (ShownCertificate & { use: CertificateUse })[] {
  return [
    ...certificatesIn(ca ?? '').map((one) => ({ ...one, use: 'authority' as const })),
    ...certificatesIn(pin ?? '').map((one) => ({ ...one, use: 'pin' as const })),
    ...(clientCertificate === undefined ? [] : [{ ...clientCertificate, use: 'client' as const }]),
  ];
}

/** Describes the trusted certificates and when they expire, for the history. */
export const trustInWords = (pem: string | undefined): string | null => {
  if (pem === undefined) return null;
  const words = certificatesIn(pem).map(
    ({ subject, fingerprint, validTo }) => `${subject} (${fingerprint}, until ${validTo.slice(0, 10)})`,
  );
  return words.length === 0 ? pem : words.join('; ').slice(0, 1000);
};

const hasText = (text: string | null | undefined): text is string => typeof text === 'string' && text.trim() !== '';

const certificatesIn = (pem: string): ShownCertificate[] => (pem.match(CERTIFICATE) ?? []).map((one) => shownOf(new X509Certificate(one)));

type ReadText = { text: string; certificates: X509Certificate[] };

function readAuthorities(written: string): ReadText | { error: string } {
  const read = readPem(written);
  if ('error' in read) return read;
  if (read.certificates.some((certificate) => !certificate.ca))
    return { error: 'is the certificate of a server and not of an authority; pin it instead' };
  return read;
}

function readPin(written: string): ReadText | { error: string } {
  const text = written.trim();
  if (FINGERPRINT.test(text)) return { text: (text.replaceAll(':', '').toUpperCase().match(/../g) ?? []).join(':'), certificates: [] };
  if (!text.includes('-----BEGIN')) return { error: 'must be a SHA-256 fingerprint (64 hexadecimal digits) or a certificate in PEM' };
  const read = readPem(text);
  if ('error' in read || read.certificates.length === 1) return read;
  return { error: 'has several certificates; paste the one of the server alone' };
}

function readPem(written: string): ReadText | { error: string } {
  if (written.includes('PRIVATE KEY-----')) return { error: 'contains a private key, which must stay secret; paste only the certificate' };
  const found = written.match(CERTIFICATE) ?? [];
  if (found.length === 0) return { error: 'is no certificate in PEM; it begins with -----BEGIN CERTIFICATE-----' };
  try {
    const certificates = found.map((pem) => new X509Certificate(pem));
    return { text: certificates.map(String).join(''), certificates };
  } catch {
    return { error: 'is damaged; copy the certificate once more, whole' };
  }
}

function timeObjection({ validFrom, validTo }: X509Certificate, now: Date): string | null {
  if (new Date(validTo) < now) return `expired on ${new Date(validTo).toISOString().slice(0, 10)}; ask for the new one`;
  return new Date(validFrom) > now ? `is valid only from ${new Date(validFrom).toISOString().slice(0, 10)} on; set it then` : null;
}
