// What was sent to a webhook: each message with its tries and the receiver's answers, which are untrusted text.
import { Anchor, Group, NativeSelect, Text, Title } from '@mantine/core';
import {
  WEBHOOK_MESSAGE_STATUSES,
  type WebhookMessageStatus,
  type WebhookMessageView,
  type WebhookTryView,
  type WebhookView,
} from '@billing-mail/contracts';
import { useState } from 'react';
import { Link } from 'wouter';
import { RawReply } from '../deliveries/raw-reply.js';
import { deliveryPath } from '../paths.js';
import { BusyButton } from '../shell/busy-button.js';
import { PageSkeleton } from '../shell/page-skeleton.js';
import rows from '../shell/rows.module.css';
import { Trouble } from '../shell/trouble.js';
import { useLanguage } from '../words/words-context.js';
import { useWebhookActions, useWebhookLog } from './webhooks-queries.js';
import classes from './webhook-log.module.css';

/** `isNew`: something was sent just before the log was opened. */
type Props = { team: string; webhook: WebhookView; isNew: boolean };

export function WebhookLog({ team, webhook: { id, url, off }, isNew }: Props) {
  const say = useLanguage().words.webhooks.log;
  const [status, setStatus] = useState<WebhookMessageStatus | null>(null);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useWebhookLog(team, id, status, isNew);
  const { replay } = useWebhookActions(team);
  const items = data?.pages.flatMap((page) => page.items);
  const title = say.title(new URL(url).host);
  const states = WEBHOOK_MESSAGE_STATUSES.map((value) => ({ value, label: say.statuses[value] }));
  return (
    <section aria-label={title} className={classes.log}>
      <Group justify="space-between" mt="md" mb="xs">
        <Title order={3} size="sm" className="breakable">
          {title}
        </Title>
        <NativeSelect
          size="xs"
          aria-label={say.filter}
          value={status ?? ''}
          data={[{ value: '', label: say.all }, ...states]}
          onChange={(event) => setStatus(WEBHOOK_MESSAGE_STATUSES.find((known) => known === event.currentTarget.value) ?? null)}
        />
      </Group>
      {error ? <Trouble error={error} onRetry={() => void refetch()} /> : null}
      {replay.error ? <Trouble error={replay.error} /> : null}
      {items === undefined && !error ? <PageSkeleton blocks={[48, 48]} hasTitle={false} /> : null}
      {items?.length === 0 ? (
        <Text size="sm" c="dimmed" role="status">
          {status === null ? say.empty : say.noneInState}
        </Text>
      ) : null}
      <ul className={`plain-list ${rows.rows} ${classes.list}`}>
        {items?.map((message) => (
          <Message
            key={message.id}
            team={team}
            message={message}
            isBusy={replay.isPending && replay.variables.messageId === message.id}
            onReplay={off === null ? () => replay.mutate({ id, messageId: message.id }) : null}
          />
        ))}
      </ul>
      {hasNextPage ? (
        <BusyButton variant="default" size="xs" mt="sm" onClick={() => void fetchNextPage()} busy={isFetchingNextPage}>
          {say.more}
        </BusyButton>
      ) : null}
    </section>
  );
}

type MessageProps = { team: string; message: WebhookMessageView; isBusy: boolean; onReplay: (() => void) | null };

function Message({ team, message, isBusy, onReplay }: MessageProps) {
  const { words, formats } = useLanguage();
  const { log: say, events } = words.webhooks;
  const { type, documentNumber, deliveryId, at, status, nextTryAt, tries } = message;
  const name = documentNumber === null ? events[type] : `${events[type]}: ${documentNumber}`;
  return (
    <li data-message={message.id} data-status={status}>
      <div className={rows.text}>
        <Text size="sm" fw={550} className="breakable">
          {name}
        </Text>
        <Text size="sm" c="dimmed">
          {formats.dateTime(at)} · {say.statuses[status]}
          {nextTryAt === null || tries.length === 0 ? '' : ` · ${say.next(formats.dateTime(nextTryAt))}`}
          {deliveryId === null ? null : (
            <>
              {' · '}
              <Anchor component={Link} href={deliveryPath(team, deliveryId)} size="sm" underline="always">
                {say.delivery}
              </Anchor>
            </>
          )}
        </Text>
        {tries.length === 0 ? null : (
          <details>
            <summary>{say.tries(tries[0]?.number ?? tries.length)}</summary>
            <ul className={`plain-list ${classes.tries}`}>
              {tries.map((each) => (
                <Try key={each.number} of={each} />
              ))}
            </ul>
          </details>
        )}
      </div>
      {onReplay === null || (status === 'waiting' && tries.length === 0) ? null : (
        <BusyButton variant="default" size="xs" busy={isBusy} onClick={onReplay} aria-label={say.replayOf(name, formats.dateTime(at))}>
          {say.replay}
        </BusyButton>
      )}
    </li>
  );
}

function Try({ of: { at, durationMs, status, trouble, answer } }: { of: WebhookTryView }) {
  const { words, formats } = useLanguage();
  const say = words.webhooks.log;
  const result = status === null ? say.troubles[trouble ?? 'broken'] : say.answer(status);
  return (
    <li>
      <Text size="sm">
        {formats.dateTime(at)} · {result} · {formats.duration(durationMs)}
      </Text>
      {answer === null || answer === '' ? null : <RawReply reply={answer} title={say.answer(status ?? 0)} />}
    </li>
  );
}
