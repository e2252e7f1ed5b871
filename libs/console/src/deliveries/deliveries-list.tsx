// The list of deliveries. Only the rows in sight exist, so that a hundred thousand deliveries scroll like a hundred.
import { Text } from '@mantine/core';
import { type DeliverySummary } from '@billing-mail/contracts';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { deliveryPath } from '../paths.js';
import { useLanguage } from '../words/words-context.js';
import classes from './deliveries-list.module.css';
import { DeliveryStatusMark } from './status-mark.js';

type Props = { team: string; items: readonly DeliverySummary[]; hasMore: boolean; onMore: () => void };

const ROW_PX = 56;
// The next page is requested well before the end comes into sight.
const MORE_BEFORE_END = 40;

export function DeliveriesList({ team, items, hasMore, onMore }: Props) {
  const { words } = useLanguage();
  const list = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const look = (): void => setTop(list.current?.offsetTop ?? 0);
    look();
    // Content above the list may be unfolded.
    const observer = new ResizeObserver(look);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  const virtual = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => ROW_PX,
    overscan: 12,
    scrollMargin: top,
    getItemKey: (index) => items[index]?.id ?? index,
  });
  const rows = virtual.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= items.length - MORE_BEFORE_END) onMore();
  }, [hasMore, last, items.length, onMore]);

  const { columns } = words.deliveries;
  return (
    <div className={classes.table} role="table" aria-label={words.deliveries.list} aria-rowcount={hasMore ? -1 : items.length + 1}>
      <div role="rowgroup">
        <div role="row" className={classes.head} aria-rowindex={1}>
          {[columns.status, columns.document, columns.recipient, columns.created].map((column) => (
            <span key={column} role="columnheader">
              {column}
            </span>
          ))}
        </div>
      </div>
      <div ref={list} role="rowgroup" className={classes.body} style={{ height: virtual.getTotalSize() }}>
        {rows.map(({ index, key, start }) => {
          const item = items[index];
          return item === undefined ? null : (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              role="row"
              aria-rowindex={index + 2}
              className={classes.row}
              style={{ transform: `translateY(${start - top}px)` }}
            >
              <Cells team={team} item={item} />
            </div>
          );
        })}
      </div>
      <Text size="sm" c="dimmed" ta="center" py="md">
        {hasMore ? words.deliveries.loadingMore : words.deliveries.end}
      </Text>
    </div>
  );
}

function Cells({ team, item }: { team: string; item: DeliverySummary }) {
  const { words, formats } = useLanguage();
  const { types, usedFallback } = words.deliveries;
  return (
    <>
      <span role="cell">
        <DeliveryStatusMark delivery={item} />
        {item.usedFallback ? <span className={classes.fallback}>{usedFallback.either}</span> : null}
      </span>
      <span role="cell">
        <Link href={deliveryPath(team, item.id)} className={classes.link}>
          {types[item.document.type]} <span className="number">{item.document.number ?? item.document.id}</span>
        </Link>
      </span>
      <span role="cell" className={classes.recipient}>
        <Recipients item={item} />
      </span>
      <span role="cell" className={classes.when}>
        {formats.dateTime(item.createdAt)}
      </span>
    </>
  );
}

/** Shows the first recipient, and how many others there are. */
function Recipients({ item: { recipients, recipientCount } }: { item: DeliverySummary }) {
  const { andMore } = useLanguage().words.deliveries;
  const [first] = recipients;
  if (first === undefined) return null;
  return (
    <>
      {first.name === null ? null : <span className={classes.name}>{first.name}</span>}
      <span className={classes.address}>
        <span>{first.address}</span>
        {recipientCount > 1 ? <span className={classes.more}> {andMore(recipientCount - 1)}</span> : null}
      </span>
    </>
  );
}
