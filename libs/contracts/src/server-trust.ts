// How a team's own mail server proves who it is, and how we prove who we are, if that differs from the default. In three forms: as written,
// as read, and as stored.
import { z } from 'zod';
import { certificateInput, certificateView, teamCertificate } from './team-certificate.js';
import { boundedText } from './text.js';

const OBJECT = 'must be an object';
/** The certificate of an authority takes about 2 kB; no team has thirty of them. */
const MOST_PEM = 64 * 1024;

export const shownCertificate = certificateView.omit({ addresses: true });
export type ShownCertificate = z.infer<typeof shownCertificate>;

// A write accepts and ignores the fields in the answer to a read, so that a client can write back what it read: without `file` the stored
// certificate stays.
const shownAgain = Object.fromEntries(Object.keys(shownCertificate.shape).map((field) => [field, z.unknown().optional()])) as Record<
  keyof ShownCertificate,
  z.ZodOptional<z.ZodUnknown>
>;
const clientCertificate = z.strictObject(
  { file: certificateInput.shape.file.optional(), passphrase: certificateInput.shape.passphrase.optional(), ...shownAgain },
  OBJECT,
);

/** `smtp.tls` as a client writes it. */
export const serverTrustInput = z.strictObject(
  {
    /** PEM of a private authority, trusted besides the public ones. */
    ca: boundedText(MOST_PEM, 'is too large; paste the certificate of the authority alone').nullish(),
    /** The only certificate that is accepted from the server: its SHA-256 fingerprint, or the certificate as PEM. */
    pin: boundedText(MOST_PEM, 'is too large; paste the fingerprint or the certificate alone').nullish(),
    /** Shown to the server if it asks for one. */
    clientCertificate: clientCertificate.nullish(),
    certificates: z.unknown().optional(),
  },
  OBJECT,
);
export type ServerTrustInput = z.infer<typeof serverTrustInput>;

export const serverTrustView = z.object({
  ca: z.string().optional(),
  pin: z.string().optional(),
  /** Those in `ca`, or the one in `pin` if that is a whole certificate. */
  certificates: z.array(shownCertificate),
  clientCertificate: shownCertificate.optional(),
});
export type ServerTrustView = z.infer<typeof serverTrustView>;

/** As it is stored and as services exchange it: with the key sealed. */
export const serverTrust = z.object({
  ca: z.string().optional(),
  pin: z.string().optional(),
  clientCertificate: teamCertificate.omit({ addresses: true }).optional(),
});
export type ServerTrust = z.infer<typeof serverTrust>;
