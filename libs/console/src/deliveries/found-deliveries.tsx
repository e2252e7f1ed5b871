// The deliveries that a filter finds, as a live list.
import { Nothing } from '../shell/nothing.js';
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
    return isFiltered(filter) ? (
      <Nothing title={words.noMatch} text={words.noMatchText} />
    ) : (
      <Nothing title={words.empty} text={words.emptyText} />
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
