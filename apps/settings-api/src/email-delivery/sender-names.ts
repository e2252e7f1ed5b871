import { type EmailDeliveryInput } from '@billing-mail/contracts';

/** A name that recipients see, with its JSON pointer in the settings. */
export type SenderName = { pointer: string; name: string };

export const senderNames = ({
  companyName,
  smtp,
}: Pick<EmailDeliveryInput, 'companyName'> & { smtp: { fromName?: string | undefined } | null }): SenderName[] => [
  { pointer: '/companyName', name: companyName },
  ...(smtp?.fromName === undefined ? [] : [{ pointer: '/smtp/fromName', name: smtp.fromName }]),
];
