import { Button, Modal, Text } from '@mantine/core';
import { type DeliveryView } from '@billing-mail/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { BusyButton } from '../shell/busy-button.js';
import { DialogFoot } from '../shell/dialog-foot.js';
import { useLanguage } from '../words/words-context.js';
import { deliveryKey } from './deliveries-queries.js';

/** Button that cancels what no server has accepted yet, after one confirmation. */
export function CancelButton({ team, delivery }: { team: string; delivery: DeliveryView }) {
  const { cancel } = useLanguage().words.deliveries;
  const { dispatcher } = useClients();
  const queryClient = useQueryClient();
  const [isOpen, setIsOpen] = useState(false);
  const cancelling = useMutation({
    mutationFn: () =>
      ask(dispatcher.POST('/v1/teams/{teamId}/deliveries/{id}/cancel', { params: { path: { teamId: team, id: delivery.id } } })),
    onSuccess: (cancelled) => {
      setIsOpen(false);
      queryClient.setQueryData(deliveryKey(team, delivery.id), cancelled);
    },
  });
  return (
    <>
      <Button variant="default" onClick={() => setIsOpen(true)}>
        {cancel.open}
      </Button>
      <Modal opened={isOpen} onClose={() => setIsOpen(false)} title={cancel.title} centered>
        <Text>{mayBeWithSomebody(delivery) ? cancel.text : cancel.nobody}</Text>
        <DialogFoot error={cancelling.error}>
          <Button variant="default" onClick={() => setIsOpen(false)}>
            {cancel.no}
          </Button>
          <BusyButton color="red" busy={cancelling.isPending} onClick={() => cancelling.mutate()}>
            {cancel.yes}
          </BusyButton>
        </DialogFoot>
      </Modal>
    </>
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
