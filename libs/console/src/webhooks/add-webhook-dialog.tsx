import { Button, Checkbox, Modal, Stack, TextInput } from '@mantine/core';
import { WEBHOOK_EVENT_TYPES, type WebhookEventType } from '@billing-mail/contracts';
import { type FormEvent, useState } from 'react';
import { ProblemError } from '../api/problem.js';
import { BusyButton } from '../shell/busy-button.js';
import { DialogFoot } from '../shell/dialog-foot.js';
import { useLanguage } from '../words/words-context.js';
import { useWebhookActions } from './webhooks-queries.js';

type Props = { team: string; onAdded: (secret: string) => void; onClose: () => void };

/** Adds an address and the events that it gets: all of them unless somebody chooses. */
export function AddWebhookDialog({ team, onAdded, onClose }: Props) {
  const { add: say, events } = useLanguage().words.webhooks;
  const { add } = useWebhookActions(team);
  const [url, setUrl] = useState('');
  const [types, setTypes] = useState<string[]>([...WEBHOOK_EVENT_TYPES]);
  const isAll = types.length === WEBHOOK_EVENT_TYPES.length;
  const isRefused = add.error instanceof ProblemError && add.error.errors.some(({ pointer }) => pointer === '/url');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (types.length === 0 || add.isPending) return;
    const chosen = isAll ? {} : { types: types as WebhookEventType[] };
    add.mutate({ url: url.trim(), ...chosen }, { onSuccess: ({ secret }) => onAdded(secret) });
  };
  return (
    <Modal opened onClose={onClose} title={say.title} centered>
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <TextInput
            label={say.url}
            required
            description={say.urlHint}
            type="url"
            inputMode="url"
            autoComplete="off"
            data-autofocus
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
            error={isRefused ? say.refused : null}
          />
          <Checkbox.Group label={say.which} value={types} onChange={setTypes} error={types.length === 0 ? say.none : null}>
            <Stack gap={6} mt={6}>
              {WEBHOOK_EVENT_TYPES.map((type) => (
                <Checkbox key={type} value={type} label={events[type]} />
              ))}
            </Stack>
          </Checkbox.Group>
        </Stack>
        <DialogFoot error={isRefused ? null : add.error}>
          <Button variant="default" onClick={onClose}>
            {say.cancel}
          </Button>
          <BusyButton type="submit" busy={add.isPending}>
            {say.save}
          </BusyButton>
        </DialogFoot>
      </form>
    </Modal>
  );
}
