// The latest message that came while the page was open. It stays until the reader closes it, follows it, or opens the inbox: nothing that
// must be read disappears by itself.
import { Anchor, CloseButton, Group, Paper, Portal, Text } from '@mantine/core';
import { type NotificationView } from '@billing-mail/contracts';
import { Link } from 'wouter';
import { inboxPath } from '../paths.js';
import { useLanguage } from '../words/words-context.js';
import { placeOf } from './place-of.js';
import classes from './new-notice.module.css';

export function NewNotice({ notice, team, onDone }: { notice: NotificationView | null; team: string; onDone: () => void }) {
  const { inbox, incidents, page } = useLanguage().words;
  return (
    <Portal>
      {/* Exists before its text does, because otherwise the text would not be read out. */}
      <div role="status" className={classes.place}>
        {notice === null ? null : (
          <Paper withBorder shadow="md" p="sm" radius="md">
            <Group wrap="nowrap" align="flex-start" justify="space-between">
              <div>
                <Text size="sm" fw={600} className="breakable">
                  {notice.title}
                </Text>
                <Anchor component={Link} href={placeOf(notice) ?? inboxPath(team)} size="sm" underline="always" onClick={onDone}>
                  {placeOf(notice) === null ? inbox.title : notice.incidentId === null ? inbox.open : incidents.show}
                </Anchor>
              </div>
              <CloseButton aria-label={page.close} onClick={onDone} />
            </Group>
          </Paper>
        )}
      </div>
    </Portal>
  );
}
