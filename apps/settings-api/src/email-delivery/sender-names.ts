import { type EmailDeliveryInput } from '@billing-mail/contracts';

/** A name that recipients see, and where it stands in the settings. */
export type SenderName = { pointer: string; name: string };

/** The names that recipients see. */
export const senderNames = ({
  companyName,
  smtp,
}: Pick<EmailDeliveryInput, 'companyName'> & { smtp: { fromName?: string | undefined } | null }): SenderName[] => [
  { pointer: '/companyName', name: companyName },
  ...(smtp?.fromName === undefined ? [] : [{ pointer: '/smtp/fromName', name: smtp.fromName }]),
];
