// The deliveries that a filter finds, as a live list.
import { Text, Title } from '@mantine/core';
import { PageSkeleton } from '../shell/page-skeleton.js';
import { Trouble } from '../shell/trouble.js';
import { useLanguage } from '../words/words-context.js';
import { DeliveriesList } from './deliveries-list.js';
import { useDeliveries } from './deliveries-queries.js';
import { type DeliveryFilter, isFiltered } from './delivery-filter.js';

export function FoundDeliveries({ team, filter }: { team: string; filter: DeliveryFilter }) {
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
