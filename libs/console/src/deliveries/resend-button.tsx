// Resend: choose recipients, correct an address, and go to the new delivery.
import { Button, Checkbox, Group, Modal, Text, TextInput } from '@mantine/core';
import { type DeliveryView, explainRecipient } from '@billing-mail/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { ask } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { deliveryPath } from '../paths.js';
import { BusyButton } from '../shell/busy-button.js';
import { Trouble } from '../shell/trouble.js';
import { sayFieldMessage } from '../words/field-messages.js';
import { useLanguage } from '../words/words-context.js';
import classes from './delivery-page.module.css';

type Choice = { original: string; role: 'to' | 'cc' | 'bcc'; address: string; isChosen: boolean; wasAccepted: boolean };

export function ResendButton({ team, delivery }: { team: string; delivery: DeliveryView }) {
  const words = useLanguage().words.deliveries.resend;
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button variant="default" onClick={() => setIsOpen(true)}>
        {words.open}
      </Button>
      <Modal
        opened={isOpen}
        onClose={() => setIsOpen(false)}
        title={words.title}
        size="lg"
        closeButtonProps={{ 'aria-label': useLanguage().words.page.close }}
      >
        <ResendForm team={team} delivery={delivery} />
      </Modal>
    </>
  );
}

/** Those who did not get it; all when everybody did, as the service chooses by itself. */
function firstChoices({ recipients }: DeliveryView): Choice[] {
  const hasOpen = recipients.some(({ status }) => status !== 'accepted');
  return recipients.map(({ address, role, status }) => {
    const wasAccepted = status === 'accepted';
    return { original: address, role, address, isChosen: !wasAccepted || !hasOpen, wasAccepted };
  });
}

function ResendForm({ team, delivery }: { team: string; delivery: DeliveryView }) {
  const { words, locale } = useLanguage();
  const { resend, roles } = words.deliveries;
  const { dispatcher } = useClients();
  const [, navigate] = useLocation();
  const [choices, setChoices] = useState(() => firstChoices(delivery));
  const chosen = choices.filter(({ isChosen }) => isChosen);
  const reasonOf = ({ address, isChosen }: Choice): string | null => (isChosen ? explainRecipient(address.trim()) : null);
  const edit = (index: number, change: Partial<Choice>): void =>
    setChoices(choices.map((each, at) => (at === index ? { ...each, ...change } : each)));
  const sending = useMutation({
    mutationFn: () =>
      ask(
        dispatcher.POST('/v1/teams/{teamId}/deliveries/{id}/resend', {
          params: { path: { teamId: team, id: delivery.id } },
          body: {
            recipients: chosen.map(({ address, original }) =>
              address.trim() === original ? { address: original } : { address: address.trim(), insteadOf: original },
            ),
          },
        }),
      ),
    onSuccess: ({ id }) => navigate(deliveryPath(team, id)),
  });
  return (
    <>
      <Text mb="md">{resend.lead}</Text>
      {choices.map((choice, index) => {
        const reason = reasonOf(choice);
        return (
          <div key={`${choice.role} ${choice.original}`} className={classes.chosen}>
            <Checkbox
              checked={choice.isChosen}
              label={resend.choose(choice.original)}
              description={choice.wasAccepted && choice.isChosen && choice.address.trim() === choice.original ? resend.again : undefined}
              onChange={(event) => edit(index, { isChosen: event.currentTarget.checked })}
            />
            {choice.isChosen ? (
              <TextInput
                label={resend.address(roles[choice.role], choice.original)}
                value={choice.address}
                error={reason && sayFieldMessage(reason, locale)}
                inputMode="email"
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => edit(index, { address: event.currentTarget.value })}
              />
            ) : null}
          </div>
        );
      })}
      {sending.error ? <Trouble error={sending.error} /> : null}
      <Group justify="flex-end" mt="md">
        {chosen.length === 0 ? <Text size="sm">{resend.none}</Text> : null}
        <BusyButton
          busy={sending.isPending}
          disabled={chosen.length === 0 || chosen.some((choice) => reasonOf(choice) !== null)}
          onClick={() => sending.mutate()}
        >
          {resend.send(chosen.length)}
        </BusyButton>
      </Group>
    </>
  );
}
