// A webhook: its address, how it fares, and what can be done with it.
import { Alert, Button, Checkbox, Code, Group, Modal, Paper, Text, Title } from '@mantine/core';
import { type WebhookView } from '@billing-mail/contracts';
import { useState } from 'react';
import { BusyButton } from '../shell/busy-button.js';
import { DialogFoot } from '../shell/dialog-foot.js';
import { Trouble } from '../shell/trouble.js';
import { useLanguage } from '../words/words-context.js';
import { ReplayPeriodDialog } from './replay-period-dialog.js';
import { WebhookLog } from './webhook-log.js';
import { useWebhookActions, type WebhookActions } from './webhooks-queries.js';

type Props = { team: string; webhook: WebhookView; onSecret: (secret: string) => void };
type Dialog = 'rotate' | 'remove' | 'replay' | null;

export function WebhookCard({ team, webhook, onSecret }: Props) {
  const { words, formats } = useLanguage();
  const say = words.webhooks;
  const { id, url, types, publicKey, rotationEnds } = webhook;
  const actions = useWebhookActions(team);
  const [dialog, setDialog] = useState<Dialog>(null);
  const [log, setLog] = useState<'closed' | 'open' | 'open_after_test'>('closed');
  const isLogOpen = log !== 'closed';
  const close = (): void => setDialog(null);
  const error = actions.test.error ?? actions.switchOn.error;
  return (
    <Paper component="section" withBorder p="md" radius="md" aria-label={url} data-webhook={id}>
      <Title order={2} size="md" className="breakable">
        {url}
      </Title>
      <Text size="sm" mt={4}>
        {types === null ? say.all : types.map((type) => say.events[type]).join(' · ')}
      </Text>
      <Text size="sm" c="dimmed" mt={4} className="breakable">
        {say.publicKey}: <Code>{publicKey}</Code>
      </Text>
      {rotationEnds === null ? null : (
        <Text size="sm" mt={4}>
          {say.rotating(formats.inSentence(rotationEnds))}
        </Text>
      )}
      <State webhook={webhook} switchOn={actions.switchOn} />
      {error ? <Trouble error={error} /> : null}
      <Group mt="md" gap="xs">
        <Button variant="default" size="xs" aria-expanded={isLogOpen} onClick={() => setLog(isLogOpen ? 'closed' : 'open')}>
          {isLogOpen ? say.log.hide : say.log.open}
        </Button>
        {webhook.off === null ? (
          <>
            <BusyButton
              variant="default"
              size="xs"
              busy={actions.test.isPending}
              onClick={() => actions.test.mutate(id, { onSuccess: () => setLog(isLogOpen ? log : 'open_after_test') })}
            >
              {say.test}
            </BusyButton>
            <Button variant="default" size="xs" onClick={() => setDialog('replay')}>
              {say.replay.open}
            </Button>
          </>
        ) : null}
        <Button variant="default" size="xs" onClick={() => setDialog('rotate')}>
          {say.rotate.open}
        </Button>
        <Button variant="default" size="xs" onClick={() => setDialog('remove')}>
          {say.remove.open}
        </Button>
      </Group>
      {isLogOpen ? <WebhookLog team={team} webhook={webhook} isNew={log === 'open_after_test'} /> : null}
      {dialog === 'rotate' ? <RotateDialog id={id} rotate={actions.rotate} onSecret={onSecret} onClose={close} /> : null}
      {dialog === 'remove' ? <RemoveDialog id={id} remove={actions.remove} onClose={close} /> : null}
      {dialog === 'replay' ? <ReplayPeriodDialog id={id} replayPeriod={actions.replayPeriod} onClose={close} /> : null}
    </Paper>
  );
}

function State({ webhook: { id, off, failingSince }, switchOn }: { webhook: WebhookView } & Pick<WebhookActions, 'switchOn'>) {
  const { words, formats } = useLanguage();
  const say = words.webhooks;
  if (off === null && failingSince === null) return null;
  return (
    <Alert color={off === null ? 'yellow' : 'red'} variant="outline" mt="sm">
      <Text size="sm">
        {off === null ? say.failing(formats.inSentence(failingSince ?? '')) : say.off[off.reason](formats.inSentence(off.since))}
      </Text>
      {off === null ? null : (
        <BusyButton variant="default" size="xs" mt="xs" busy={switchOn.isPending} onClick={() => switchOn.mutate(id)}>
          {say.off.on}
        </BusyButton>
      )}
    </Alert>
  );
}

type RotateProps = { id: string; onSecret: (secret: string) => void; onClose: () => void } & Pick<WebhookActions, 'rotate'>;

function RotateDialog({ id, rotate, onSecret, onClose }: RotateProps) {
  const { rotate: say, cancel } = useLanguage().words.webhooks;
  const [revokeOld, setRevokeOld] = useState(false);
  const begin = (): void =>
    rotate.mutate(
      { id, revokeOld },
      {
        onSuccess: ({ secret }) => {
          onClose();
          onSecret(secret);
        },
      },
    );
  return (
    <Modal opened onClose={onClose} title={say.title} centered>
      <Text mb="md">{say.text}</Text>
      <Checkbox label={say.revoke} checked={revokeOld} onChange={(event) => setRevokeOld(event.currentTarget.checked)} />
      <DialogFoot error={rotate.error}>
        <Button variant="default" onClick={onClose}>
          {cancel}
        </Button>
        <BusyButton busy={rotate.isPending} onClick={begin}>
          {say.yes}
        </BusyButton>
      </DialogFoot>
    </Modal>
  );
}

function RemoveDialog({ id, remove, onClose }: { id: string; onClose: () => void } & Pick<WebhookActions, 'remove'>) {
  const { remove: say, cancel } = useLanguage().words.webhooks;
  return (
    <Modal opened onClose={onClose} title={say.title} centered>
      <Text>{say.text}</Text>
      <DialogFoot error={remove.error}>
        <Button variant="default" onClick={onClose}>
          {cancel}
        </Button>
        <BusyButton color="red" busy={remove.isPending} onClick={() => remove.mutate(id, { onSuccess: onClose })}>
          {say.yes}
        </BusyButton>
      </DialogFoot>
    </Modal>
  );
}
