import { type CertificateView } from '@billing-mail/contracts';

type Certificate = Pick<CertificateView, 'addresses'>;

/** Whether receivers accept a signature by this certificate on mail from this sender. */
export const standsFor = ({ addresses }: Certificate, fromAddress: string): boolean =>
  addresses.some((address) => address.toLowerCase() === fromAddress.toLowerCase());

/** Why a sender address can't be used with the certificate: its mail would be unsigned, or signed for another address. */
export const notItsAddress = ({ addresses }: Certificate): string =>
  `is not an address of your signing certificate (${addresses.join(', ')}); remove the certificate first, and set one for the new address afterwards`;
