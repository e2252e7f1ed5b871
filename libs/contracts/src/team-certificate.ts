// A team's own certificate, which signs what goes out by its own server, in three forms: as written, as shown, and as stored.
import { z } from 'zod';
import { locale, teamId } from './identifiers.js';
import { boundedText } from './text.js';

/** The largest file, in characters of base64. A file with a long chain has some 15 kB. */
const MOST_FILE_CHARACTERS = 256 * 1024;

/** Body of `PUT …/email-delivery/certificate`. */
export const certificateInput = z.strictObject(
  {
    /** PKCS#12 (.p12, .pfx) as base64. */
    file: boundedText(MOST_FILE_CHARACTERS, 'is too large for a certificate; choose the .p12 or .pfx file')
      .min(1, 'must not be empty')
      .regex(/^[A-Za-z0-9+/\s]+={0,2}\s*$/, 'must be the file in base64'),
    /** Written, never read; empty if the file has none. */
    passphrase: boundedText(1000, 'is longer than 1000 characters').default(''),
  },
  'must be an object',
);
export type CertificateInput = z.infer<typeof certificateInput>;

/** What is shown of a certificate: never the key. */
export const certificateView = z.object({
  subject: z.string(),
  /** The e-mail addresses that it stands for; the sender's is one of them. */
  addresses: z.array(z.string()),
  issuer: z.string(),
  /** SHA-256 in pairs of hexadecimal digits. */
  fingerprint: z.string(),
  validFrom: z.iso.datetime(),
  validTo: z.iso.datetime(),
});
export type CertificateView = z.infer<typeof certificateView>;

/** What a team uses a certificate for: to sign, to trust its mail server (`authority`, `pin`), or to show it to that server (`client`). */
export const CERTIFICATE_USES = ['signature', 'authority', 'pin', 'client'] as const;
const certificateUse = z.enum(CERTIFICATE_USES);
export type CertificateUse = z.infer<typeof certificateUse>;

/**
 * Request of `settings.certificates_ending`: certificates that end, or have ended, between `after` and `before`. A caller that names no
 * `uses` knows only those that sign.
 */
export const certificatesEndingRequest = z.object({
  after: z.iso.datetime(),
  before: z.iso.datetime(),
  uses: z.array(certificateUse).default(['signature']),
});
export type CertificatesEndingRequest = z.infer<typeof certificatesEndingRequest>;

/** Names a certificate: by the addresses that it signs for, or by its subject if it has another use. */
export const namedCertificate = {
  use: certificateUse.optional(),
  addresses: z.array(z.string()),
  subject: z.string().optional(),
};

/** Answer of `settings.certificates_ending`: the certificates of teams that use them, and whom to alert. */
export const endingCertificates = z.array(
  z.object({
    teamId,
    ...namedCertificate,
    validTo: z.iso.datetime(),
    notifyUserIds: z.array(z.string()),
    locale,
  }),
);
export type EndingCertificate = z.infer<typeof endingCertificates>[number];

/** A certificate as it is stored and as services exchange it: with the key sealed. */
export const teamCertificate = z.object({
  ...certificateView.shape,
  /** Base64 of DER: its own, then its issuers without the root. */
  chain: z.array(z.string()).min(1),
  /** PKCS#8 in base64, sealed for the team and this certificate (by `CredentialBox` of libs/platform). */
  keySealed: z.string(),
});
export type TeamCertificate = z.infer<typeof teamCertificate>;
