// The latest message that came while the page was open. It stays until it is closed, followed, or the inbox is opened: nothing that must be read
// goes away by itself.
import { Anchor, CloseButton, Group, Paper, Portal, Text } from '@mantine/core';
import { type NotificationView } from '@billing-mail/contracts';
import { Link } from 'wouter';
import { deliveryPath, inboxPath } from '../paths.js';
import { useLanguage } from '../words/words-context.js';
import classes from './new-notice.module.css';

/** Where a message leads: to its delivery, or else to the inbox. */
export const placeOf = ({ teamId, deliveryId, count }: NotificationView, team: string): string =>
  deliveryId !== null && count === 1 ? deliveryPath(teamId, deliveryId) : inboxPath(team);

export function NewNotice({ notice, team, onDone }: { notice: NotificationView | null; team: string; onDone: () => void }) {
  const { inbox, page } = useLanguage().words;
  return (
    <Portal>
      {/* There before its text is, or it would not be read out. */}
      <div role="status" className={classes.place}>
        {notice === null ? null : (
          <Paper withBorder shadow="md" p="sm" radius="md">
            <Group wrap="nowrap" align="flex-start" justify="space-between">
              <div>
                <Text size="sm" fw={600} className="breakable">
                  {notice.title}
                </Text>
                <Anchor component={Link} href={placeOf(notice, team)} size="sm" underline="always" onClick={onDone}>
                  {notice.deliveryId !== null && notice.count === 1 ? inbox.open : inbox.title}
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
