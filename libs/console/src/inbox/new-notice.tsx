// The messages that came while the page was open: a single one with a link to what it is about, several as a number with a link to the
// inbox. They stay until the reader closes the notice, follows it, or opens the inbox: nothing that must be read disappears by itself.
import { Anchor, CloseButton, Group, Paper, Portal, Text } from '@mantine/core';
import { type NotificationView } from '@billing-mail/contracts';
import { Link } from 'wouter';
import { inboxPath } from '../paths.js';
import { useLanguage } from '../words/words-context.js';
import { placeOf } from './place-of.js';
import classes from './new-notice.module.css';

export function NewNotice({ notices, team, onDone }: { notices: readonly NotificationView[]; team: string; onDone: () => void }) {
  const { inbox, incidents, page } = useLanguage().words;
  const [first, ...others] = notices;
  const place = first === undefined || others.length > 0 ? null : placeOf(first);
  return (
    <Portal>
      {/* Exists before its text does, because otherwise the text would not be read out. */}
      <div role="status" className={classes.place}>
        {first === undefined ? null : (
          <Paper withBorder shadow="md" p="sm" radius="md">
            <Group wrap="nowrap" align="flex-start" justify="space-between">
              <div>
                <Text size="sm" fw={600} className="breakable">
                  {others.length > 0 ? inbox.arrived(notices.length) : first.title}
                </Text>
                <Anchor component={Link} href={place ?? inboxPath(team)} size="sm" underline="always" onClick={onDone}>
                  {place === null ? inbox.title : first.incidentId === null ? inbox.open : incidents.show}
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
