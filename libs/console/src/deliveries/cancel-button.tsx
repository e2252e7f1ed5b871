import { Text } from '@mantine/core';
import { type DeliveryView } from '@billing-mail/contracts';
import { useMutation } from '@tanstack/react-query';
import { ask } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { useShowAnswer } from '../api/use-show-answer.js';
import { AskButton } from '../shell/ask-button.js';
import { useLanguage } from '../words/words-context.js';
import { deliveryKey } from './deliveries-queries.js';

/** Button that cancels what no server has accepted yet, after one confirmation. */
export function CancelButton({ team, delivery }: { team: string; delivery: DeliveryView }) {
  const { cancel } = useLanguage().words.deliveries;
  const { dispatcher } = useClients();
  const show = useShowAnswer();
  const cancelling = useMutation({
    mutationFn: () =>
      ask(dispatcher.POST('/v1/teams/{teamId}/deliveries/{id}/cancel', { params: { path: { teamId: team, id: delivery.id } } })),
    onSuccess: (cancelled) => show(deliveryKey(team, delivery.id), cancelled),
  });
  return (
    <AskButton words={cancel} doing={cancelling} no={{ children: cancel.no }} yes={{ color: 'red' }}>
      <Text>{mayBeWithSomebody(delivery) ? cancel.text : cancel.nobody}</Text>
    </AskButton>
  );
}

/**
 * Returns whether a server has accepted the document for somebody, or may have: a try that is under way or has no answer may still turn
 * out as accepted, and not all recipients are shown.
 */
const mayBeWithSomebody = ({ status, recipients, recipientsNotShown, attempts }: DeliveryView): boolean =>
  status === 'sending' ||
  recipientsNotShown > 0 ||
  recipients.some((recipient) => recipient.status !== 'pending' && recipient.status !== 'rejected') ||
  attempts.some(({ outcome }) => outcome === 'uncertain' || outcome === null);
