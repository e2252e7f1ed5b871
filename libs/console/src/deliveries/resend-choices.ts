// The recipients that the dialog for sending again offers, and which of them are chosen at first. Pure.
import { type DeliveryView, type RecipientView } from '@billing-mail/contracts';
import { mayHaveComeBack } from './may-have-come-back.js';

/** `cause`: why the document came back from the address, in the reader's language, if a report says so. */
export type Choice = {
  original: string;
  role: RecipientView['role'];
  address: string;
  isChosen: boolean;
  /** `not_known`: see `mayHaveComeBack`. */
  status: RecipientView['status'] | 'not_known';
  cause: string | null;
  isAddressWrong: boolean;
};

/** `correct`: for recipients from whom the document came back. */
export type Purpose = 'resend' | 'correct';

const rankOf = ({ status, isChosen, isAddressWrong }: Choice): number => (isAddressWrong ? 0 : status === 'bounced' ? 1 : isChosen ? 2 : 3);

/**
 * Returns the first choices: the recipients who did not get the document, or all if everybody got it, as the service chooses by itself, but
 * no address that has to be corrected. Those whose address has to be stand first, then others from whom it came back.
 */
export function firstChoices(delivery: Pick<DeliveryView, 'recipients' | 'reports'>, purpose: Purpose): Choice[] {
  const { recipients, reports } = delivery;
  const isOpen = ({ status }: RecipientView): boolean => (purpose === 'correct' ? status === 'bounced' : status !== 'accepted');
  const hasOpen = recipients.some(isOpen);
  const causes = new Map(
    reports
      .filter(({ kind }) => kind === 'bounced')
      .toReversed()
      .map((report) => [report.recipient, report]),
  );
  return recipients
    .map((recipient): Choice => {
      const { address, role, status, isAddressWrong } = recipient;
      const cause = status === 'bounced' ? causes.get(address) : undefined;
      return {
        ...{ original: address, role, address, cause: cause?.explanation ?? null, isAddressWrong },
        status: mayHaveComeBack(delivery, recipient) ? 'not_known' : status,
        isChosen: (isOpen(recipient) || !hasOpen) && !isAddressWrong,
      };
    })
    .sort((a, b) => rankOf(a) - rankOf(b));
}
