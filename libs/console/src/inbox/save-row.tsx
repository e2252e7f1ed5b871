// The end of a form of the inbox: the button that saves it, and the words that it was saved.
import { Group, Text } from '@mantine/core';
import { BusyButton } from '../shell/busy-button.js';
import { useLanguage } from '../words/words-context.js';

export function SaveRow({ saving, save }: { saving: { isPending: boolean; isSuccess: boolean }; save: string }) {
  const { saved } = useLanguage().words.inbox.preferences;
  return (
    <Group>
      <BusyButton type="submit" variant="default" busy={saving.isPending}>
        {save}
      </BusyButton>
      <Text size="sm" role="status">
        {saving.isSuccess ? saved : ''}
      </Text>
    </Group>
  );
}
