import { IconBell } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import { useLanguage } from '../words/words-context.js';
import classes from './bell.module.css';
import { useInbox, useLiveInbox } from './inbox-queries.js';

const MOST_SHOWN = 99;

/** The way to the inbox, with the number of unread messages, live. */
export function Bell({ href }: { href: string }) {
  const { words } = useLanguage();
  const [location] = useLocation();
  const { data } = useInbox();
  useLiveInbox();
  const unread = data?.pages[0]?.unreadCount ?? 0;
  const label = words.page.nav.inboxUnread(unread);
  return (
    <Link href={href} className={classes.bell} aria-label={label} title={label} aria-current={location === href ? 'page' : undefined}>
      <IconBell size={20} aria-hidden />
      {unread > 0 ? <span className={classes.count}>{unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread}</span> : null}
    </Link>
  );
}
