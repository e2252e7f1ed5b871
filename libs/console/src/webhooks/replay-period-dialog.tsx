import { Button, Checkbox, Modal, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { BusyButton } from '../shell/busy-button.js';
import { DialogFoot } from '../shell/dialog-foot.js';
import { MomentInput } from '../shell/moment-input.js';
import { useLanguage } from '../words/words-context.js';
import { type WebhookActions } from './webhooks-queries.js';

type Props = { id: string; onClose: () => void } & Pick<WebhookActions, 'replayPeriod'>;

const DAY_MS = 24 * 60 * 60 * 1000;

/** Formats an instant as a field for date and time has it, in the reader's own time zone. */
function localMinute(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Sends again what happened in a period: the last day unless somebody says otherwise. */
export function ReplayPeriodDialog({ id, replayPeriod, onClose }: Props) {
  const { words } = useLanguage();
  const { replay: say, cancel } = words.webhooks;
  const [from, setFrom] = useState(() => localMinute(new Date(Date.now() - DAY_MS)));
  const [to, setTo] = useState(() => localMinute(new Date(Date.now() + 60_000)));
  const [delivered, setDelivered] = useState(false);
  const isRight = new Date(from).getTime() < new Date(to).getTime();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isRight || replayPeriod.isPending) return;
    replayPeriod.mutate({ id, from: new Date(from).toISOString(), to: new Date(to).toISOString(), delivered });
  };
  return (
    <Modal opened onClose={onClose} title={say.title} centered>
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <Text>{say.text}</Text>
          <MomentInput label={say.from} value={from} onChange={setFrom} />
          <MomentInput label={say.to} value={to} onChange={setTo} error={isRight ? null : say.wrong} />
          <Checkbox label={say.delivered} checked={delivered} onChange={(event) => setDelivered(event.currentTarget.checked)} />
          {replayPeriod.data === undefined ? null : <Text role="status">{say.done(replayPeriod.data.count)}</Text>}
        </Stack>
        <DialogFoot error={replayPeriod.error}>
          <Button variant="default" onClick={onClose}>
            {replayPeriod.data === undefined ? cancel : words.page.close}
          </Button>
          <BusyButton type="submit" busy={replayPeriod.isPending}>
            {say.yes}
          </BusyButton>
        </DialogFoot>
      </form>
    </Modal>
  );
}
