import { Button, Text } from '@mantine/core';
import { type DeliverySummary, MOST_NAMED } from '@billing-mail/contracts';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useClients } from '../api/clients-context.js';
import { type Language, useLanguage } from '../words/words-context.js';
import { toCsv } from './csv.js';
import { readAll } from './deliveries-queries.js';
import { type DeliveryFilter } from './delivery-filter.js';
import { saveFile } from './save-file.js';
import { sayStatus } from './status-mark.js';

/** Button that saves everything that the filter shows as CSV, however much it is. A second press stops the export. */
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
      const onPage = (read: number): boolean => {
        setCount(read);
        return !isStopped.current;
      };
      const items = await readAll(clients, team, filter, { onPage, recipients: MOST_NAMED });
      if (isStopped.current) return;
      const rows = [words.csvColumns, ...items.map((item) => toRow(item, language))];
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

function toRow(item: DeliverySummary, { words, formats }: Language): string[] {
  const { document, recipients, recipientCount, route, settledAt } = item;
  const says = words.deliveries;
  const more = recipientCount - recipients.length;
  return [
    formats.cell(item.createdAt),
    sayStatus(item, words).text,
    says.types[document.type],
    document.number ?? '',
    document.id,
    [...recipients.map(({ address }) => address), ...(more > 0 ? [says.andMore(more)] : [])].join(' '),
    item.subject,
    route === null ? '' : says.csvRoutes[route],
    item.usedFallback ? says.yes : says.no,
    settledAt === null ? '' : formats.cell(settledAt),
    item.failure?.message ?? '',
    item.id,
  ];
}
