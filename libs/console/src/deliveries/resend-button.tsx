// Resend: choose recipients, correct an address, and go to the new delivery.
import { Button, Checkbox, Group, Modal, Text, TextInput } from '@mantine/core';
import { type DeliveryView, explainRecipient } from '@billing-mail/contracts';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { ask } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { deliveryPath } from '../paths.js';
import { forgetDraft, keepDraft, keptDraft } from '../session/kept-draft.js';
import { currentSession } from '../session/session-store.js';
import { Address } from '../shell/address.js';
import { BusyButton } from '../shell/busy-button.js';
import { DialogFoot } from '../shell/dialog-foot.js';
import { sayFieldMessage } from '../words/field-messages.js';
import { useLanguage } from '../words/words-context.js';
import classes from './delivery-page.module.css';
import { noted, NoteField } from './note-field.js';
import { type Choice, firstChoices, type Purpose } from './resend-choices.js';

/** A delivery may go to thousands. Recipients to whom it is sent again come first, the rest on request. */
const SHOWN_AT_FIRST = 50;

type Props = { team: string; delivery: DeliveryView; purpose: Purpose };

export function ResendButton({ team, delivery, purpose }: Props) {
  const { deliveries, bounces } = useLanguage().words;
  const words = purpose === 'correct' ? bounces.correct : deliveries.resend;
  const place = placeOf(delivery, purpose);
  // What was typed before the session ended is there again, in the dialog in which it was typed.
  const [isOpen, setIsOpen] = useState(() => keptDraft(currentSession(), place) !== null);
  const close = (): void => {
    forgetDraft(place);
    setIsOpen(false);
  };
  return (
    <>
      <Button variant={purpose === 'correct' ? 'filled' : 'default'} onClick={() => setIsOpen(true)}>
        {words.open}
      </Button>
      <Modal opened={isOpen} onClose={close} title={words.title} size="lg">
        <ResendForm team={team} delivery={delivery} purpose={purpose} />
      </Modal>
    </>
  );
}

/** Returns the place under which the draft is kept and given up. */
const placeOf = ({ teamId, id }: DeliveryView, purpose: Purpose): string => `${purpose} of ${teamId} ${id}`;

/** What was typed: the note, and for each recipient that was changed, by role and address, the new address and whether it is chosen. */
type Typed = { note: string; changed: Record<string, Pick<Choice, 'address' | 'isChosen'>> };

const keyOf = ({ role, original }: Choice): string => `${role} ${original}`;

function changedOf(offered: readonly Choice[], choices: readonly Choice[]): Typed['changed'] {
  const before = new Map(offered.map((choice) => [keyOf(choice), choice]));
  return Object.fromEntries(
    choices
      .filter((choice) => before.get(keyOf(choice))?.address !== choice.address || before.get(keyOf(choice))?.isChosen !== choice.isChosen)
      .map((choice) => [keyOf(choice), { address: choice.address, isChosen: choice.isChosen }]),
  );
}

function ResendForm({ team, delivery, purpose }: Props) {
  const { words, locale } = useLanguage();
  const { resend, roles } = words.deliveries;
  const hintOf = ({ address, original, isChosen, status, cause, isAddressWrong }: Choice): string | undefined => {
    if (address.trim() !== original) return undefined;
    if (status === 'accepted') return isChosen ? resend.again : resend.accepted;
    if (status === 'not_known') return words.bounces.notKnown;
    if (status !== 'bounced' && !isAddressWrong) return undefined;
    const { stillWrong, refused, chosenThen } = words.bounces.correct;
    const why = status === 'bounced' ? [stillWrong, ...(cause === null ? [] : [cause])] : [refused];
    return [...why, ...(isChosen ? [] : [chosenThen])].join(' ');
  };
  const { dispatcher } = useClients();
  const [, navigate] = useLocation();
  const place = placeOf(delivery, purpose);
  const [kept] = useState(() => keptDraft(currentSession(), place) as Partial<Typed> | null);
  const [offered] = useState(() => firstChoices(delivery, purpose));
  const [choices, setChoices] = useState(() => offered.map((choice) => ({ ...choice, ...kept?.changed?.[keyOf(choice)] })));
  const [isWhole, setIsWhole] = useState(choices.length <= SHOWN_AT_FIRST);
  const [note, setNote] = useState(kept?.note ?? '');
  useEffect(() => {
    const changed = changedOf(offered, choices);
    if (note === '' && Object.keys(changed).length === 0) forgetDraft(place);
    else keepDraft(currentSession(), place, { note, changed } satisfies Typed);
  }, [place, offered, choices, note]);
  const chosen = choices.filter(({ isChosen }) => isChosen);
  const reasonOf = ({ address, isChosen }: Choice): string | null => (isChosen ? explainRecipient(address.trim()) : null);
  const wrong = chosen.filter((choice) => reasonOf(choice) !== null).length;
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
            ...noted(note),
          },
        }),
      ),
    onSuccess: ({ id }) => {
      forgetDraft(place);
      navigate(deliveryPath(team, id));
    },
  });
  return (
    <>
      <Text mb="md">{resend.lead}</Text>
      {choices.length <= SHOWN_AT_FIRST ? null : (
        <Group gap="xs" mb="sm">
          {([true, false] as const).map((isChosen) => (
            <Button
              key={String(isChosen)}
              variant="default"
              size="compact-sm"
              onClick={() => setChoices(choices.map((each) => ({ ...each, isChosen })))}
            >
              {isChosen ? resend.all : resend.nobody}
            </Button>
          ))}
        </Group>
      )}
      {(isWhole ? choices : choices.slice(0, SHOWN_AT_FIRST)).map((choice, index) => {
        const reason = reasonOf(choice);
        return (
          <div key={keyOf(choice)} className={classes.chosen}>
            <Checkbox
              checked={choice.isChosen}
              label={<Address>{resend.choose(choice.original)}</Address>}
              description={hintOf(choice)}
              onChange={(event) => edit(index, { isChosen: event.currentTarget.checked })}
            />
            {choice.isChosen || choice.isAddressWrong || choice.status === 'bounced' ? (
              <TextInput
                label={resend.field}
                aria-label={resend.address(roles[choice.role], choice.original)}
                value={choice.address}
                error={reason && sayFieldMessage(reason, locale)}
                inputMode="email"
                autoComplete="off"
                data-autofocus={(purpose === 'correct' && index === 0) || undefined}
                spellCheck={false}
                onChange={(event) => edit(index, { address: event.currentTarget.value, isChosen: true })}
              />
            ) : null}
          </div>
        );
      })}
      {isWhole ? null : (
        <Button variant="subtle" size="compact-sm" px={0} mb={8} onClick={() => setIsWhole(true)}>
          {words.settings.copies.showAll(choices.length)}
        </Button>
      )}
      <NoteField label={resend.note} note={note} onChange={setNote} />
      <DialogFoot error={sending.error}>
        {chosen.length === 0 ? <Text size="sm">{resend.none}</Text> : null}
        <BusyButton busy={sending.isPending} disabled={chosen.length === 0 || wrong > 0} onClick={() => sending.mutate()}>
          {resend.send(chosen.length - wrong)}
        </BusyButton>
      </DialogFoot>
    </>
  );
}
