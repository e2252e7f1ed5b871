// What can be done with one delivery besides sending it again and cancelling it: move it, try it now, or note that it arrived.
import { Text } from '@mantine/core';
import { type DeliveryView } from '@billing-mail/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { useShowAnswer } from '../api/use-show-answer.js';
import { AskButton } from '../shell/ask-button.js';
import { BusyButton } from '../shell/busy-button.js';
import { MomentInput } from '../shell/moment-input.js';
import { Trouble } from '../shell/trouble.js';
import { useLanguage } from '../words/words-context.js';
import { deliveryKey } from './deliveries-queries.js';
import { noted, NoteField } from './note-field.js';

type Props = { team: string; delivery: DeliveryView };

/** Returns a mutation that runs `step` and replaces the delivery on the page with the one that the service returns. */
function useStep(team: string, delivery: DeliveryView, step: () => Promise<DeliveryView>) {
  const queryClient = useQueryClient();
  const show = useShowAnswer();
  return useMutation({
    mutationFn: step,
    onSuccess: async (after) => {
      show(deliveryKey(team, delivery.id), after);
      await queryClient.invalidateQueries({ queryKey: ['deliveries-attention', team] });
    },
  });
}

/** Buttons for a delivery that waits for its time or for its next try. */
export function MoveButtons({ team, delivery }: Props) {
  const { retryNow, reschedule: words } = useLanguage().words.incidents;
  const { dispatcher } = useClients();
  const path = { teamId: team, id: delivery.id };
  const retrying = useStep(team, delivery, () =>
    ask(dispatcher.POST('/v1/teams/{teamId}/deliveries/{id}/retry-now', { params: { path } })),
  );
  const [time, setTime] = useState('');
  const moving = useStep(team, delivery, () =>
    ask(
      dispatcher.POST('/v1/teams/{teamId}/deliveries/{id}/reschedule', {
        params: { path },
        body: { sendAt: new Date(time).toISOString() },
      }),
    ),
  );
  return (
    <>
      <BusyButton busy={retrying.isPending} onClick={() => retrying.mutate()}>
        {retryNow}
      </BusyButton>
      <AskButton words={{ ...words, yes: words.save }} doing={moving} yes={{ disabled: Number.isNaN(Date.parse(time)) }}>
        <Text mb="md">{words.lead}</Text>
        <MomentInput label={words.field} value={time} onChange={setTime} />
      </AskButton>
      {retrying.error ? <Trouble error={retrying.error} /> : null}
    </>
  );
}

/** Button for a delivery that may have arrived. */
export function ReceivedButton({ team, delivery }: Props) {
  const { received: words } = useLanguage().words.incidents;
  const { dispatcher } = useClients();
  const [note, setNote] = useState('');
  const marking = useStep(team, delivery, () =>
    ask(
      dispatcher.POST('/v1/teams/{teamId}/deliveries/{id}/received', {
        params: { path: { teamId: team, id: delivery.id } },
        body: noted(note),
      }),
    ),
  );
  return (
    <AskButton words={{ ...words, yes: words.save }} doing={marking}>
      <Text mb="md">{words.lead}</Text>
      <NoteField label={words.field} note={note} onChange={setNote} />
    </AskButton>
  );
}
