// The delivery log: filter in the URL, live list, export.
import { Group, Text, Title } from '@mantine/core';
import { useLocation, useSearch } from 'wouter';
import { deliveriesPath } from '../paths.js';
import { useDocumentTitle } from '../shell/document-title.js';
import { PageSkeleton } from '../shell/page-skeleton.js';
import { Trouble } from '../shell/trouble.js';
import { useLanguage } from '../words/words-context.js';
import { DeliveriesChart } from './deliveries-chart.js';
import { DeliveriesFilter } from './deliveries-filter.js';
import { DeliveriesList } from './deliveries-list.js';
import { useDeliveries } from './deliveries-queries.js';
import { type DeliveryFilter, isFiltered, readFilter, writeFilter } from './delivery-filter.js';
import { ExportButton } from './export-button.js';

export function DeliveriesPage({ team }: { team: string }) {
  const words = useLanguage().words.deliveries;
  const search = useSearch();
  const [, navigate] = useLocation();
  const filter = readFilter(search);
  const show = (next: DeliveryFilter): void => navigate(`${deliveriesPath(team)}${writeFilter(next)}`);
  useDocumentTitle(words.title);
  return (
    <>
      <Group justify="space-between" align="flex-start" mb="md">
        <div>
          <Title order={1} size="h2">
            {words.title}
          </Title>
          <Text c="dimmed">{words.lead}</Text>
        </div>
        <ExportButton team={team} filter={filter} />
      </Group>
      <DeliveriesChart team={team} from={filter.from} until={filter.until} />
      <DeliveriesFilter key={search} filter={filter} onChange={show} />
      <Found team={team} filter={filter} />
    </>
  );
}

function Found({ team, filter }: { team: string; filter: DeliveryFilter }) {
  const words = useLanguage().words.deliveries;
  const { head, older, items } = useDeliveries(team, filter);
  if (head.data === undefined)
    return head.error ? (
      <Trouble error={head.error} onRetry={() => void head.refetch()} />
    ) : (
      <PageSkeleton blocks={[44, 44, 44, 44, 44, 44]} hasTitle={false} />
    );
  if (items.length === 0)
    return (
      <div role="status">
        <Title order={2} size="h4" mt="xl" mb="xs">
          {isFiltered(filter) ? words.noMatch : words.empty}
        </Title>
        <Text c="dimmed">{isFiltered(filter) ? words.noMatchText : words.emptyText}</Text>
      </div>
    );
  return (
    <>
      {head.error ? <Trouble error={head.error} onRetry={() => void head.refetch()} /> : null}
      <DeliveriesList
        team={team}
        items={items}
        hasMore={older.hasNextPage}
        onMore={() => {
          if (!older.isFetching) void older.fetchNextPage();
        }}
      />
    </>
  );
}
