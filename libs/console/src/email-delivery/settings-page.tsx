import { Anchor, Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import { IncidentBanner } from '../deliveries/incident-banner.js';
import { AttentionBanner, useIsAttentionKnown } from '../deliveries/needs-attention.js';
import { useArePeopleKnown } from '../people/people-queries.js';
import { webhooksPath } from '../paths.js';
import { type TeamRole } from '../session/read-token.js';
import { Breadcrumbs } from '../shell/breadcrumbs.js';
import { useDocumentTitle } from '../shell/document-title.js';
import { PageSkeleton } from '../shell/page-skeleton.js';
import { Trouble } from '../shell/trouble.js';
import { useLanguage } from '../words/words-context.js';
import { SettingsForm } from './settings-form.js';
import { useSettings } from './settings-queries.js';

/** Team settings > Invoicing > E-mail delivery. */
export function SettingsPage({ team, role }: { team: string; role: TeamRole }) {
  const { settings: words, webhooks } = useLanguage().words;
  const { data, error, refetch } = useSettings(team);
  const isAttentionKnown = useIsAttentionKnown(team);
  const arePeopleKnown = useArePeopleKnown(team);
  useDocumentTitle(words.title);
  return (
    <>
      <Breadcrumbs steps={words.breadcrumb} />
      <Title order={1} size="h2">
        {words.title}
      </Title>
      <Text c="dimmed" mb="lg">
        {words.lead}
      </Text>
      {data !== undefined && isAttentionKnown && arePeopleKnown ? (
        <>
          <IncidentBanner team={team} />
          <AttentionBanner team={team} role={role} variant="default" />
          <SettingsForm team={team} role={role} stored={data} />
          {role === 'admin' ? (
            <Text size="sm" mt="lg">
              <Anchor component={Link} href={webhooksPath(team)} underline="always">
                {webhooks.link}
              </Anchor>
            </Text>
          ) : null}
        </>
      ) : error ? (
        <Trouble error={error} onRetry={() => void refetch()} />
      ) : (
        <PageSkeleton hasTitle={false} />
      )}
    </>
  );
}
