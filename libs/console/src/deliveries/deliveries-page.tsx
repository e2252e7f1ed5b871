// The delivery log: filter in the URL, live list, export.
import { Anchor, Group, Text, Title } from '@mantine/core';
import { Link, Redirect, useLocation, useSearch } from 'wouter';
import { deliveriesPath, LOG_START, runReportPath, undeliverablePath } from '../paths.js';
import { type TeamRole } from '../session/read-token.js';
import { useDocumentTitle } from '../shell/document-title.js';
import { PageSkeleton } from '../shell/page-skeleton.js';
import { useLanguage } from '../words/words-context.js';
import { DeliveriesChart } from './deliveries-chart.js';
import { DeliveriesFilter } from './deliveries-filter.js';
import { type DeliveryFilter, readFilter, writeFilter } from './delivery-filter.js';
import { FoundDeliveries } from './found-deliveries.js';
import { ForecastLine } from './forecast-line.js';
import { ExportButton } from './export-button.js';
import { IncidentBanner } from './incident-banner.js';
import { AttentionBanner, mayHoldUnsent, SendAllAgain, useIsAttentionKnown, useStartOfLog } from './needs-attention.js';
import { withoutEmpty } from './period.js';
import { SavedFilters } from './saved-filters.js';
import { useRunReport } from './run-report-queries.js';

export function DeliveriesPage({ team, role }: { team: string; role: TeamRole }) {
  const { deliveries: words, bounces } = useLanguage().words;
  const search = useSearch();
  const [, navigate] = useLocation();
  const filter = readFilter(search);
  const show = (next: DeliveryFilter): void => navigate(`${deliveriesPath(team)}${writeFilter(next)}`);
  const isAttentionKnown = useIsAttentionKnown(team);
  const start = useStartOfLog(team);
  useDocumentTitle(words.title);
  if (search === LOG_START && isAttentionKnown) return <Redirect to={start} replace />;
  return (
    <>
      <Group justify="space-between" align="flex-start" mb="md">
        <div>
          <Title order={1} size="h2">
            {words.title}
          </Title>
          <Text c="dimmed">{words.lead}</Text>
          <Group gap="0.25rem 1.25rem" mt={4}>
            <Anchor component={Link} href={runReportPath(team)} size="sm" underline="always">
              {bounces.run.title}
            </Anchor>
            <Anchor component={Link} href={undeliverablePath(team)} size="sm" underline="always">
              {bounces.undeliverable.title}
            </Anchor>
          </Group>
        </div>
        <Group gap="xs">
          {role === 'admin' && mayHoldUnsent(filter) ? <SendAllAgain team={team} filter={filter} /> : null}
          <ExportButton team={team} filter={filter} />
        </Group>
      </Group>
      {isAttentionKnown ? (
        <>
          <IncidentBanner team={team} />
          {mayHoldUnsent(filter) ? null : <AttentionBanner team={team} role={role} />}
          <ForecastLine team={team} />
          <DeliveriesChart team={team} from={filter.from} until={filter.until} />
          <SavedFilters key={team} team={team} filter={filter} />
          <DeliveriesFilter key={search} filter={filter} onChange={show} />
          {isOfWhatCameBack(filter) ? <CountOfWhatCameBack team={team} filter={filter} /> : null}
          <FoundDeliveries team={team} filter={filter} />
        </>
      ) : (
        <PageSkeleton blocks={[200, 60, 44, 44, 44, 44]} hasTitle={false} />
      )}
    </>
  );
}

/** Returns whether the filter shows everything that came back in a period, which is what the report counts. */
const isOfWhatCameBack = ({ status, search, recipient, documentId, incident }: DeliveryFilter): boolean =>
  status === 'bounced' && (search ?? recipient ?? documentId ?? incident) === undefined;

function CountOfWhatCameBack({ team, filter: { from, until } }: { team: string; filter: DeliveryFilter }) {
  const { run } = useLanguage().words.bounces;
  const period = withoutEmpty({ from, until });
  const { data } = useRunReport(team, period);
  // As high as its text from the beginning, so that nothing below moves.
  return (
    <Text role="status" mb="sm" mih="1.55em">
      {data === undefined ? null : run.countOf(data.recipients.bounced, data.recipients.total, from === undefined)}
    </Text>
  );
}
