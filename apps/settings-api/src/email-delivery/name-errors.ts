import { type FieldError } from '@billing-mail/contracts';
import { isNamedIn } from './name-skeleton.js';
import { type SenderName } from './sender-names.js';

/** The name by which recipients know the platform. */
const PRODUCT = 'Billing Mail';

/** Returns the names that only the platform may use: its product name, its sender address and the domain of that address. */
export const platformNames = (fromAddress: string | undefined): string[] =>
  fromAddress === undefined ? [PRODUCT] : [PRODUCT, fromAddress, fromAddress.slice(fromAddress.lastIndexOf('@') + 1)];

/** Returns the names that recipients could take for the platform, which signs the mail of all teams. */
export const likePlatform = (names: readonly SenderName[], reserved: readonly string[]): SenderName[] =>
  names.filter(({ name }) => reserved.some((own) => isNamedIn(name, own)));

export const platformNameError = ({ pointer }: SenderName): FieldError => ({
  pointer,
  message: 'contains a name of this platform, or what looks like one; use the name of your company',
});

/** Error for a name that belongs to another team. It does not say which team. */
export const takenNameError = ({ pointer }: SenderName): FieldError => ({
  pointer,
  message: 'is in use by another company here, or looks too much like a name that is; add your place or legal form, or ask the operator',
});
