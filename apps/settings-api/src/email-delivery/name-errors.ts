import { type EmailDeliveryInput, type FieldError, type TeamMailSettings } from '@billing-mail/contracts';
import { areConfusable } from './name-skeleton.js';

/** What recipients know the platform by. */
const PRODUCT = 'Billing Mail';

/** Names that belong to the platform: its own, its address and the domain of that. */
export const platformNames = (fromAddress: string | undefined): string[] =>
  fromAddress === undefined ? [PRODUCT] : [PRODUCT, fromAddress, fromAddress.slice(fromAddress.lastIndexOf('@') + 1)];

/**
 * Which of a team's names would be taken for the platform's, which signs for all teams. A name that is stored already stays: an internal
 * service has vouched for it, and nobody else is told about it again.
 */
export function nameErrors(
  input: Pick<EmailDeliveryInput, 'companyName' | 'smtp'>,
  current: Pick<TeamMailSettings, 'companyName' | 'smtp'> | null,
  reserved: readonly string[],
): FieldError[] {
  const names = [
    { pointer: '/companyName', name: input.companyName, before: current?.companyName },
    { pointer: '/smtp/fromName', name: input.smtp?.fromName, before: current?.smtp?.fromName },
  ];
  return names.flatMap(({ pointer, name, before }) =>
    name !== undefined && name !== before && reserved.some((own) => areConfusable(name, own))
      ? [{ pointer, message: 'is a name of this platform, or looks like one; use the name of your company' }]
      : [],
  );
}
