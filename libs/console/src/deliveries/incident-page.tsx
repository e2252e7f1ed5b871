// One incident, that is, trouble of a route with one cause: since when, what the server says, who has to act, and what becomes of its
// documents.
import { Anchor, Button, Group, Paper, Progress, Text, Title } from '@mantine/core';
import { type IncidentView } from '@billing-mail/contracts';
import { Link } from 'wouter';
import { ProblemError } from '../api/problem.js';
import { deliveriesPath, settingPath } from '../paths.js';
import { type TeamRole } from '../session/read-token.js';
import { useDocumentTitle } from '../shell/document-title.js';
import { NotFound } from '../shell/not-found.js';
import { PageSkeleton } from '../shell/page-skeleton.js';
import rows from '../shell/rows.module.css';
import { Trouble } from '../shell/trouble.js';
import { useLanguage } from '../words/words-context.js';
import { writeFilter } from './delivery-filter.js';
import { ExportButton } from './export-button.js';
import { FoundDeliveries } from './found-deliveries.js';
import { useIncident } from './incident-queries.js';
import { BackToLog } from './log-page.js';
import { SendAllAgain } from './needs-attention.js';
import { RawReply } from './raw-reply.js';

type Props = { team: string; id: string; role: TeamRole };

export function IncidentPage({ team, id, role }: Props) {
  const words = useLanguage().words.incidents;
  const { data, error, refetch } = useIncident(team, id);
  useDocumentTitle(words.title(data?.server ?? ''));
  if (error instanceof ProblemError && error.status === 404) return <NotFound team={team} />;
  if (data === undefined) return error ? <Trouble error={error} onRetry={() => void refetch()} /> : <PageSkeleton blocks={[220, 160]} />;
  return (
    <>
      <BackToLog team={team} />
      {error ? <Trouble error={error} onRetry={() => void refetch()} /> : null}
      <Paper withBorder p="lg" radius="md" mb="lg" mt="sm">
        <Group justify="space-between" align="flex-start">
          <div className={rows.text}>
            <Title order={1} size="h2" className="breakable">
              {words.title(data.server)}
            </Title>
            <Facts incident={data} />
          </div>
          {role === 'admin' && countLeft(data) > 0 ? (
            <SendAllAgain team={team} filter={{ incident: id, status: 'needs_attention' }} />
          ) : null}
        </Group>
        {data.endedAt === null ? <WhoseTurn team={team} incident={data} role={role} /> : null}
        {data.reply === null ? null : <RawReply reply={data.reply} />}
        <HowFar incident={data} />
      </Paper>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">
          {words.list}
        </Title>
        <Group gap="md">
          <Anchor component={Link} href={`${deliveriesPath(team)}${writeFilter({ incident: id })}`} size="sm" underline="always">
            {words.search}
          </Anchor>
          <ExportButton team={team} filter={{ incident: id }} />
        </Group>
      </Group>
      <FoundDeliveries team={team} filter={{ incident: id }} />
    </>
  );
}

/** Counts the deliveries that did not, or perhaps not, reach everybody, and that nobody has sent again. */
const countLeft = ({ deliveries: { failed, partlySent, uncertain } }: IncidentView): number => failed + partlySent + uncertain;

function Facts({ incident: { since, failures, lastFailureAt, endedAt, happened } }: { incident: IncidentView }) {
  const { words, formats } = useLanguage();
  const { facts, over } = words.incidents;
  return (
    <>
      <Text className="breakable">{happened}</Text>
      <Text size="sm" c="dimmed">
        {facts(formats.inSentence(since), failures, formats.moment(lastFailureAt, since))}
      </Text>
      <Text role="status" fw={550} mt={endedAt === null ? 0 : 'xs'}>
        {endedAt === null ? null : over(formats.inSentence(endedAt))}
      </Text>
    </>
  );
}

function WhoseTurn({ team, incident, role }: { team: string; incident: IncidentView; role: TeamRole }) {
  const { turn, todo, field } = incident;
  const { turns, mend, mendThenSend } = useLanguage().words.incidents;
  return (
    <>
      <Title order={2} size="h4" mt="md">
        {turns[turn]}
      </Title>
      <Text className="breakable">{todo}</Text>
      {turn !== 'team' || field === null ? null : (
        <Group gap="md" mt="xs" mb="xs">
          {role === 'admin' ? (
            <Button component={Link} href={settingPath(team, field)}>
              {mend}
            </Button>
          ) : (
            <Anchor component={Link} href={settingPath(team, field)} size="sm" underline="always">
              {mend}
            </Anchor>
          )}
          {incident.deliveries.underWay > 0 ? <Text size="sm">{mendThenSend}</Text> : null}
        </Group>
      )}
    </>
  );
}

function HowFar({ incident }: { incident: IncidentView }) {
  const { progress, progressLabel, waiting, notSent } = useLanguage().words.incidents;
  const { sent, fellBack, sentAgain, underWay } = incident.deliveries;
  const total = Object.values(incident.deliveries).reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const done = sent + fellBack + sentAgain;
  const left = countLeft(incident);
  return (
    <>
      <Text mt="md" size="sm" role="status">
        {[progress(done, total), ...(underWay > 0 ? [waiting(underWay)] : []), ...(left > 0 ? [notSent(left)] : [])].join(' ')}
      </Text>
      <Progress value={(100 * done) / total} aria-label={progressLabel} mt="xs" />
    </>
  );
}
