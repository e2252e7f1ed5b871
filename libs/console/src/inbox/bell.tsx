// The link to the inbox, with the live number of unread messages; and the notice about a message that has just come.
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
  const [newest, setNewest] = useState<NotificationView | null>(null);
  const tell = useCallback(
    (notice: NotificationView): void => {
      setNewest(notice);
      showBrowserNotice(notice, () => navigate(placeOf(notice) ?? inboxPath(team)));
    },
    [navigate, team],
  );
  useLiveInbox(tell);
  const unread = data?.pages[0]?.unreadCount ?? 0;
  useWaitingInTitle(unread);
  const href = inboxPath(team);
  const label = words.page.nav.inboxUnread(unread);
  // The inbox shows the message at the top of its list, so that it has been seen when the reader goes on.
  if (newest !== null && location === href) setNewest(null);
  return (
    <>
      <Link href={href} className={classes.bell} aria-label={label} title={label} aria-current={location === href ? 'page' : undefined}>
        <IconBell size={20} aria-hidden />
        {unread > 0 ? <span className={classes.count}>{unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread}</span> : null}
      </Link>
      <NewNotice notice={newest} team={team} onDone={() => setNewest(null)} />
    </>
  );
}
