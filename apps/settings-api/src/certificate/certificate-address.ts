import { type CertificateView } from '@billing-mail/contracts';

type Certificate = Pick<CertificateView, 'addresses'>;

/** Whether a receiver takes a signature with it for one of this sender. */
export const standsFor = ({ addresses }: Certificate, fromAddress: string): boolean =>
  addresses.some((address) => address.toLowerCase() === fromAddress.toLowerCase());

/** Why a sender can not be taken; otherwise mail would go out unsigned, or with a signature that is not its own. */
export const notItsAddress = ({ addresses }: Certificate): string =>
  `is not an address of your signing certificate (${addresses.join(', ')}); remove the certificate first, and set one for the new address afterwards`;
