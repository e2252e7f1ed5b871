// One delivery: what it is, how it went try by try, who got it, and what can still be done about it.
import { Anchor, Group, Paper, Text, Title } from '@mantine/core';
import { type DeliveryView, type SendingAgain } from '@billing-mail/contracts';
import { Link } from 'wouter';
import { ProblemError } from '../api/problem.js';
import { useArePeopleKnown, useNameOf } from '../people/people-queries.js';
import { deliveryPath, incidentPath } from '../paths.js';
import { type TeamRole } from '../session/read-token.js';
import { useDocumentTitle } from '../shell/document-title.js';
import { NotFound } from '../shell/not-found.js';
import { PageSkeleton } from '../shell/page-skeleton.js';
import rows from '../shell/rows.module.css';
import { TermList } from '../shell/term-list.js';
import { Trouble } from '../shell/trouble.js';
import { useLanguage } from '../words/words-context.js';
import { CancelButton } from './cancel-button.js';
import { isSettled, useDelivery } from './deliveries-queries.js';
import classes from './delivery-page.module.css';
import { DeliveryCourse } from './delivery-course-view.js';
import { BackToLog } from './log-page.js';
import { MoveButtons, ReceivedButton } from './delivery-steps.js';
import { RecipientList } from './recipient-list.js';
import { ResendButton } from './resend-button.js';
import { sayFallback } from './say-fallback.js';
import { SentMessage } from './sent-message.js';
import { useIsContentKnown } from './sent-message-queries.js';
import { DeliveryStatusMark } from './status-mark.js';

export function DeliveryPage({ team, id, role }: { team: string; id: string; role: TeamRole }) {
  const words = useLanguage().words.deliveries;
  const { data, error, refetch } = useDelivery(team, id);
  const isContentKnown = useIsContentKnown(team, id);
  const arePeopleKnown = useArePeopleKnown(team);
  useDocumentTitle(data ? `${words.types[data.document.type]} ${data.document.number ?? data.document.id}` : words.title);
  if (error instanceof ProblemError && error.status === 404) return <NotFound team={team} />;
  if (data === undefined || !isContentKnown || !arePeopleKnown)
    return error ? <Trouble error={error} onRetry={() => void refetch()} /> : <PageSkeleton blocks={[90, 220, 160]} />;
  return (
    <>
      <BackToLog team={team} />
      {error ? <Trouble error={error} onRetry={() => void refetch()} /> : null}
      <Head team={team} delivery={data} role={role} />
      <div className={classes.columns}>
        <Paper component="section" aria-label={words.detail.course} withBorder p="lg" radius="md">
          <Title order={2} size="h4" mb="md">
            {words.detail.course}
          </Title>
          <DeliveryCourse delivery={data} />
        </Paper>
        <Paper component="section" aria-label={words.detail.recipients} withBorder p="lg" radius="md">
          <Title order={2} size="h4" mb="md">
            {words.detail.recipients}
          </Title>
          <RecipientList delivery={data} />
        </Paper>
      </div>
      <SentMessage team={team} delivery={data} />
      <Details delivery={data} />
    </>
  );
}

function Head({ team, delivery, role }: { team: string; delivery: DeliveryView; role: TeamRole }) {
  const { words, formats } = useLanguage();
  const { types, detail, readOnly } = words.deliveries;
  const fallback = sayFallback(delivery, words);
  const nameOf = useNameOf(team);
  const { document } = delivery;
  return (
    <Paper withBorder p="lg" radius="md" mb="lg" mt="sm">
      <Group justify="space-between" align="flex-start">
        <div className={rows.text}>
          <Title order={1} size="h2" className="breakable">
            {types[document.type]} <span className="number">{document.number ?? document.id}</span>
          </Title>
          <Text className="breakable">{delivery.subject}</Text>
          <Text size="sm" c="dimmed">
            {formats.dateTime(delivery.createdAt)}
          </Text>
        </div>
        {role === 'admin' ? (
          <Group gap="xs">
            {isSettled(delivery.status) ? (
              <>
                {delivery.recipients.some(({ status }) => status === 'bounced') ? (
                  <ResendButton team={team} delivery={delivery} purpose="correct" />
                ) : null}
                {mayHaveArrived(delivery) ? <ReceivedButton team={team} delivery={delivery} /> : null}
                <ResendButton team={team} delivery={delivery} purpose="resend" />
              </>
            ) : (
              <>
                {delivery.nextTryAt === null ? null : <MoveButtons team={team} delivery={delivery} />}
                <CancelButton team={team} delivery={delivery} />
              </>
            )}
          </Group>
        ) : null}
      </Group>
      <div role="status">
        <Text component="div" fw={600} mt="md">
          <DeliveryStatusMark delivery={delivery} />
        </Text>
        {fallback === null ? null : <Text>{fallback}</Text>}
        {delivery.status === 'waiting' && delivery.nextTryAt !== null ? (
          <Text>{detail.waitingUntil(formats.moment(delivery.nextTryAt, delivery.createdAt))}</Text>
        ) : null}
      </div>
      {/* Stands above the failure, because somebody has already dealt with it. */}
      <SentAgain team={team} of={delivery.sentAgain} id={delivery.sentAgainAs} link={detail.later} nameOf={nameOf} isDone />
      {delivery.failure ? (
        <Text mt={4} className="breakable">
          {delivery.failure.message}
        </Text>
      ) : null}
      <WhoDecided delivery={delivery} nameOf={nameOf} />
      {delivery.incidentId === null ? null : (
        <Text size="sm" mt="sm">
          {words.incidents.ofDelivery}{' '}
          <Anchor component={Link} href={incidentPath(team, delivery.incidentId)} size="sm" underline="always">
            {words.incidents.show}
          </Anchor>
        </Text>
      )}
      <SentAgain team={team} of={delivery.resend} id={delivery.resendOf} link={detail.earlier} nameOf={nameOf} />
      {isSettled(delivery.status) ? null : (
        <Text size="sm" c="dimmed" mt="sm">
          {detail.live}
        </Text>
      )}
      {role === 'member' ? (
        <Text size="sm" c="dimmed" mt="sm">
          {readOnly}
        </Text>
      ) : null}
    </Paper>
  );
}

/** Returns whether every recipient has or may have the mail, at least one of them only may, and nobody has found out yet. */
const mayHaveArrived = ({ recipients, received }: DeliveryView): boolean =>
  received === null &&
  recipients.some(({ status }) => status === 'uncertain') &&
  recipients.every(({ status }) => status === 'uncertain' || status === 'accepted');

type Deciding = { delivery: DeliveryView; nameOf: ReturnType<typeof useNameOf> };

/** Says who cancelled the delivery, or who found out that it arrived, when, and with what note. */
function WhoDecided({ delivery: { status, cancelledBy, received }, nameOf }: Deciding) {
  const { words, formats } = useLanguage();
  const says = words.incidents;
  return (
    <>
      {status === 'cancelled' && cancelledBy !== null ? (
        <Text size="sm" mt="sm" className="breakable">
          {says.cancelledBy(nameOf(cancelledBy))}
        </Text>
      ) : null}
      {received === null ? null : (
        <Text size="sm" mt="sm" className="breakable">
          {says.received.by(nameOf(received.by), formats.inSentence(received.at))}
          {received.note === null ? null : `: ${received.note}`}
        </Text>
      )}
    </>
  );
}

type SentAgainProps = {
  team: string;
  of: SendingAgain | null;
  id: string | null;
  link: string;
  nameOf: ReturnType<typeof useNameOf>;
  /** Whether somebody has already done what the page would ask for. */
  isDone?: boolean;
};

/**
 * Says who sent the delivery again and when, with the note and a link to the delivery before or after this one. The course of the delivery
 * does not repeat it.
 */
function SentAgain({ team, of, id, link, nameOf, isDone = false }: SentAgainProps) {
  const { words, formats } = useLanguage();
  if (of === null || id === null) return null;
  return (
    <Text {...(isDone ? { size: 'md', fw: 600, mt: 'xs' } : { size: 'sm', mt: 'sm' })} className="breakable">
      {words.deliveries.detail.sentAgain(of.by === null ? null : nameOf(of.by), formats.inSentence(of.at))}
      {of.note === null ? null : `: ${of.note}`}{' '}
      <Anchor component={Link} href={deliveryPath(team, id)} inherit underline="always">
        {link}
      </Anchor>
    </Text>
  );
}

function Details({ delivery }: { delivery: DeliveryView }) {
  const { detail } = useLanguage().words.deliveries;
  return (
    <details className={classes.details}>
      <summary>{detail.details}</summary>
      <TermList
        lines={[
          [detail.id, delivery.id],
          [detail.key, delivery.key],
          [detail.messageId, delivery.messageId],
        ]}
      />
    </details>
  );
}
