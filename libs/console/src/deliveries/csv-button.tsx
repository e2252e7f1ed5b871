import { Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { BusyButton } from '../shell/busy-button.js';
import { useLanguage } from '../words/words-context.js';
import { toCsv } from './csv.js';
import { saveFile } from './save-file.js';

/** Button that saves the rows of `read`, column names first, as a file for the reader's spreadsheet. */
export function CsvButton({ name, read }: { name: string; read: () => Promise<string[][]> }) {
  const { words, locale } = useLanguage();
  const saving = useMutation({ mutationFn: async () => saveFile(name, toCsv(await read(), locale)) });
  return (
    <div>
      <BusyButton
        variant="default"
        leftSection={<IconDownload size={16} aria-hidden />}
        busy={saving.isPending}
        onClick={() => saving.mutate()}
      >
        {words.deliveries.exportCsv}
      </BusyButton>
      {saving.error ? (
        <Text size="sm" role="alert" mt={4}>
          {words.deliveries.exportFailed}
        </Text>
      ) : null}
    </div>
  );
}
