// The inbox: unread messages first, each with a link to its delivery; and how the reader wants to be notified.
import { Anchor, Badge, Button, Group, Paper, Text, Title } from '@mantine/core';
import { type NotificationView, type Severity } from '@billing-mail/contracts';
import { IconAlertTriangle, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import { Link } from 'wouter';
import { hasAnswered } from '../deliveries/deliveries-queries.js';
import { type Tone } from '../deliveries/status-mark.js';
import { type TeamRole } from '../session/read-token.js';
import { Address } from '../shell/address.js';
import { BusyButton } from '../shell/busy-button.js';
import { useDocumentTitle } from '../shell/document-title.js';
import { Nothing } from '../shell/nothing.js';
import { PageSkeleton } from '../shell/page-skeleton.js';
import { Trouble } from '../shell/trouble.js';
import { useLanguage } from '../words/words-context.js';
import classes from './inbox-page.module.css';
import { useInbox, useMarkRead } from './inbox-queries.js';
import { placeOf } from './place-of.js';
import { PreferencesSection, usePreferences } from './preferences-section.js';
import { TeamAddressSection } from './team-address-section.js';

export function InboxPage({ team, role }: { team: string; role: TeamRole }) {
  const words = useLanguage().words.inbox;
  const inbox = useInbox();
  const preferences = usePreferences();
  const marking = useMarkRead();
  useDocumentTitle(words.title);
  const pages = inbox.data?.pages;
  const items = (pages ?? []).flatMap((page) => page.items);
  return (
    <>
      <Group justify="space-between" align="flex-start" mb="lg">
        <div>
          <Title order={1} size="h2">
            {words.title}
          </Title>
          <Text c="dimmed">{words.lead}</Text>
        </div>
        {(pages?.[0]?.unreadCount ?? 0) > 0 ? (
          <BusyButton variant="default" onClick={() => marking.mutate(null)} busy={marking.isPending && marking.variables === null}>
            {words.readAll}
          </BusyButton>
        ) : null}
      </Group>
      {marking.error ? <Trouble error={marking.error} /> : null}
      {inbox.error ? <Trouble error={inbox.error} onRetry={() => void inbox.refetch()} /> : null}
      {pages === undefined && !inbox.error ? <PageSkeleton blocks={[96, 96, 96]} hasTitle={false} /> : null}
      {pages !== undefined && items.length === 0 ? <Nothing title={words.empty} text={words.emptyText} /> : null}
      <ul className={`plain-list ${classes.list}`}>
        {items.map((item) => (
          <Message key={item.id} item={item} team={team} onRead={() => marking.mutate(item.id)} />
        ))}
      </ul>
      {inbox.hasNextPage ? (
        <BusyButton variant="default" mt="md" onClick={() => void inbox.fetchNextPage()} busy={inbox.isFetchingNextPage}>
          {words.more}
        </BusyButton>
      ) : null}
      {/* Shown once both answers are known, so that nothing below moves. */}
      {inbox.isPending || !hasAnswered(preferences) ? null : (
        <>
          <PreferencesSection />
          <TeamAddressSection key={team} team={team} role={role} />
        </>
      )}
    </>
  );
}

const LOOKS: Record<Severity, { icon: typeof IconInfoCircle; tone: Tone }> = {
  info: { icon: IconInfoCircle, tone: 'calm' },
  warning: { icon: IconAlertTriangle, tone: 'wait' },
  error: { icon: IconCircleX, tone: 'bad' },
};

function Message({ item, team, onRead }: { item: NotificationView; team: string; onRead: () => void }) {
  const { words, formats } = useLanguage();
  const { inbox } = words;
  const isUnread = item.readAt === null;
  const { icon: Icon, tone } = LOOKS[item.severity];
  return (
    <li>
      <Paper component="article" withBorder p="md" radius="md" className={classes.message} data-unread={isUnread || undefined}>
        <Icon
          size={22}
          aria-label={item.type === 'delivery_bounced' ? words.bounces.cameBack : inbox.severity[item.severity]}
          className={`tone-${tone}`}
        />
        <div className={classes.text}>
          <Group gap="xs" align="baseline">
            <Title order={2} size="md" fw={isUnread ? 650 : 500} className="breakable">
              {item.title}
            </Title>
            {isUnread ? (
              <Badge className={classes.unread} tt="none">
                {inbox.unread}
              </Badge>
            ) : null}
            {item.count > 1 && item.deliveryId !== null ? (
              <Text size="sm" c="dimmed">
                {inbox.times(item.count)}
              </Text>
            ) : null}
          </Group>
          <Text size="sm" className={`breakable ${classes.body}`}>
            <Address>{item.body}</Address>
          </Text>
          <Group gap="md" mt="xs">
            <Text size="sm" c="dimmed">
              {formats.dateTime(item.createdAt)}
              {item.teamId === team ? '' : ` · ${inbox.team(item.teamId)}`}
            </Text>
            <OpenLink item={item} onFollow={isUnread ? onRead : undefined} />
            {isUnread ? (
              <Button variant="subtle" size="compact-sm" px={0} onClick={onRead}>
                {inbox.markRead}
              </Button>
            ) : null}
          </Group>
        </div>
      </Paper>
    </li>
  );
}

/** Link to what a message is about: an incident or a delivery. */
function OpenLink({ item, onFollow }: { item: NotificationView; onFollow: (() => void) | undefined }) {
  const { inbox, incidents } = useLanguage().words;
  const href = placeOf(item);
  if (href === null) return null;
  return (
    <Anchor component={Link} href={href} size="sm" underline="always" onClick={onFollow}>
      {item.incidentId !== null ? incidents.show : item.count > 1 ? inbox.openLatest : inbox.open}
    </Anchor>
  );
}
