import { type FieldError } from '@billing-mail/contracts';
import { areConfusable } from './name-skeleton.js';
import { type SenderName } from './sender-names.js';

/** What recipients know the platform by. */
const PRODUCT = 'Billing Mail';

/** Names that belong to the platform: its own, its address and the domain of that. */
export const platformNames = (fromAddress: string | undefined): string[] =>
  fromAddress === undefined ? [PRODUCT] : [PRODUCT, fromAddress, fromAddress.slice(fromAddress.lastIndexOf('@') + 1)];

/** Which of these names would be taken for the platform's, which signs for all teams. */
export const likePlatform = (names: readonly SenderName[], reserved: readonly string[]): SenderName[] =>
  names.filter(({ name }) => reserved.some((own) => areConfusable(name, own)));

export const platformNameError = ({ pointer }: SenderName): FieldError => ({
  pointer,
  message: 'is a name of this platform, or looks like one; use the name of your company',
});

/** Says not whose it is. */
export const takenNameError = ({ pointer }: SenderName): FieldError => ({
  pointer,
  message: 'is in use by another company here, or looks too much like a name that is; add your place or legal form, or ask the operator',
});
