// Team settings > Invoicing > Webhooks: the addresses of a team's own programs, and what was sent to each.
import { Anchor, Button, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { settingsPath } from '../paths.js';
import { type TeamRole } from '../session/read-token.js';
import { Breadcrumbs } from '../shell/breadcrumbs.js';
import { useDocumentTitle } from '../shell/document-title.js';
import { Nothing } from '../shell/nothing.js';
import { PageSkeleton } from '../shell/page-skeleton.js';
import { Trouble } from '../shell/trouble.js';
import { useLanguage } from '../words/words-context.js';
import { AddWebhookDialog } from './add-webhook-dialog.js';
import { SecretDialog } from './secret-dialog.js';
import { WebhookCard } from './webhook-card.js';
import { useWebhooks } from './webhooks-queries.js';

type Props = { team: string; role: TeamRole };

export function WebhooksPage({ team, role }: Props) {
  const words = useLanguage().words.webhooks;
  useDocumentTitle(words.title);
  const [first, second, here] = words.breadcrumb;
  return (
    <>
      <Breadcrumbs
        steps={[
          first,
          <Anchor key={second} component={Link} href={settingsPath(team)} inherit underline="always">
            {second}
          </Anchor>,
          here,
        ]}
      />
      <Title order={1} size="h2">
        {words.title}
      </Title>
      <Text c="dimmed" mb="lg">
        {words.lead}
      </Text>
      {role === 'admin' ? <Webhooks team={team} /> : <Text>{words.adminsOnly}</Text>}
    </>
  );
}

function Webhooks({ team }: { team: string }) {
  const words = useLanguage().words.webhooks;
  const { data, error, refetch } = useWebhooks(team);
  const [isAdding, setIsAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  if (data === undefined)
    return error ? <Trouble error={error} onRetry={() => void refetch()} /> : <PageSkeleton blocks={[120, 120]} hasTitle={false} />;
  const showSecret = (shown: string): void => {
    setIsAdding(false);
    setSecret(shown);
  };
  return (
    <Stack gap="lg" align="stretch">
      {error ? <Trouble error={error} onRetry={() => void refetch()} /> : null}
      <div>
        <Button onClick={() => setIsAdding(true)}>{words.add.open}</Button>
      </div>
      {data.length === 0 ? <Nothing title={words.empty} text={words.emptyText} mt={0} /> : null}
      {data.map((webhook) => (
        <WebhookCard key={webhook.id} team={team} webhook={webhook} onSecret={showSecret} />
      ))}
      {isAdding ? <AddWebhookDialog team={team} onAdded={showSecret} onClose={() => setIsAdding(false)} /> : null}
      {secret === null ? null : <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
    </Stack>
  );
}
