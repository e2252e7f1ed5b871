// The link to the inbox, with the live number of unread messages; and the notice about messages that have just come.
import { type NotificationView } from '@billing-mail/contracts';
import { IconBell } from '@tabler/icons-react';
import { useCallback, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { inboxPath } from '../paths.js';
import { useWaitingInTitle } from '../shell/document-title.js';
import { useLanguage } from '../words/words-context.js';
import classes from './bell.module.css';
import { showBrowserNotice } from './browser-notices.js';
import { useInbox, useLiveInbox } from './inbox-queries.js';
import { NewNotice } from './new-notice.js';
import { placeOf } from './place-of.js';

const MOST_SHOWN = 99;

export function Bell({ team }: { team: string }) {
  const { words } = useLanguage();
  const [location, navigate] = useLocation();
  const { data } = useInbox();
  const [arrived, setArrived] = useState<readonly NotificationView[]>([]);
  const tell = useCallback(
    (notice: NotificationView): void => {
      // A message that is counted up comes again.
      setArrived((before) => [...before.filter(({ id }) => id !== notice.id), notice]);
      showBrowserNotice(notice, () => navigate(placeOf(notice) ?? inboxPath(team)));
    },
    [navigate, team],
  );
  useLiveInbox(tell);
  const unread = data?.pages[0]?.unreadCount ?? 0;
  useWaitingInTitle(unread);
  const href = inboxPath(team);
  const label = words.page.nav.inboxUnread(unread);
  // The inbox shows the messages at the top of its list, so that they have been seen when the reader goes on.
  if (arrived.length > 0 && location === href) setArrived([]);
  return (
    <>
      <Link href={href} className={classes.bell} aria-label={label} title={label} aria-current={location === href ? 'page' : undefined}>
        <IconBell size={20} aria-hidden />
        {unread > 0 ? <span className={classes.count}>{unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread}</span> : null}
      </Link>
      <NewNotice notices={arrived} team={team} onDone={() => setArrived([])} />
    </>
  );
}
