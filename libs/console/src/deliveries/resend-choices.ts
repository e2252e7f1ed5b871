// The recipients that the dialog for sending again offers, and which of them are chosen at first. Pure.
import { type BounceClass, type DeliveryView, type RecipientView } from '@billing-mail/contracts';
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
};

/** `correct`: for recipients from whom the document came back. */
export type Purpose = 'resend' | 'correct';

/** From an address of which this is said, the document would come back again. */
const WRONG: readonly (BounceClass | null)[] = ['no_such_address', 'domain_not_found', 'mailbox_disabled', 'relaying_denied'];

const rankOf = ({ status, isChosen }: Choice): number => (status === 'bounced' ? (isChosen ? 1 : 0) : isChosen ? 2 : 3);

/**
 * Returns the first choices: the recipients who did not get the document, or all if everybody got it, as the service chooses by itself, but
 * no address that has to be corrected. Recipients from whom it came back stand first, led by those whose address has to be.
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
      const { address, role, status } = recipient;
      const cause = status === 'bounced' ? causes.get(address) : undefined;
      const mayHelp = cause === undefined || !WRONG.includes(cause.class);
      return {
        ...{ original: address, role, address, cause: cause?.explanation ?? null },
        status: mayHaveComeBack(delivery, recipient) ? 'not_known' : status,
        isChosen: (isOpen(recipient) || !hasOpen) && mayHelp,
      };
    })
    .sort((a, b) => rankOf(a) - rankOf(b));
}
