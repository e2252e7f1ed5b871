import { Button, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useClients } from '../api/clients-context.js';
import { ProblemError } from '../api/problem.js';
import { type Language, useLanguage } from '../words/words-context.js';
import { toCsv } from './csv.js';
import { type DeliverySummary, readDeliveries } from './deliveries-queries.js';
import { type DeliveryFilter } from './delivery-filter.js';
import { saveFile } from './save-file.js';

const PAGE = 200;

/** Saves all that the filter shows as CSV, however much that is; a second press stops it. */
export function ExportButton({ team, filter }: { team: string; filter: DeliveryFilter }) {
  const language = useLanguage();
  const words = language.words.deliveries;
  const clients = useClients();
  const [count, setCount] = useState(0);
  const isStopped = useRef(false);
  useEffect(() => () => void (isStopped.current = true), []);
  const exporting = useMutation({
    mutationFn: async () => {
      isStopped.current = false;
      const rows: string[][] = [words.csvColumns];
      for (let cursor: string | null = null, isFirst = true; isFirst || cursor !== null; isFirst = false) {
        const page = await readInTime(() => readDeliveries(clients, team, filter, cursor, PAGE));
        if (isStopped.current) return;
        rows.push(...page.items.map((item) => toRow(item, language)));
        setCount(rows.length - 1);
        cursor = page.nextCursor;
      }
      saveFile(`deliveries-${team}.csv`, toCsv(rows, language.locale));
    },
  });
  return (
    <div>
      {exporting.isPending ? (
        <Button variant="default" onClick={() => (isStopped.current = true)}>
          {words.exporting(count)} {language.words.page.cancel}
        </Button>
      ) : (
        <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} onClick={() => exporting.mutate()}>
          {words.exportCsv}
        </Button>
      )}
      {exporting.error ? (
        <Text size="sm" role="alert" mt={4}>
          {words.exportFailed}
        </Text>
      ) : null}
    </div>
  );
}

/** A large export asks for more pages than a user gets in a while: then it waits, and goes on. */
async function readInTime<Read>(read: () => Promise<Read>): Promise<Read> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 429) throw error;
      await new Promise((resolve) => setTimeout(resolve, (error.retryAfterSeconds ?? 1) * 1000));
    }
  }
}

function toRow(item: DeliverySummary, { words: { deliveries: words } }: Language): string[] {
  const { document } = item;
  return [
    item.createdAt,
    words.status[item.status],
    words.types[document.type],
    document.number ?? '',
    document.id,
    item.subject,
    item.route ?? '',
    item.usedFallback ? words.yes : words.no,
    item.settledAt ?? '',
    item.failure?.message ?? '',
    item.id,
  ];
}
