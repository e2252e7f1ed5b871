// The frame around every page: brand, team, navigation, bell, language and appearance.
import { NativeSelect } from '@mantine/core';
import { IconMail } from '@tabler/icons-react';
import { type MouseEvent, type ReactNode, useSyncExternalStore } from 'react';
import { Link, useLocation } from 'wouter';
import { Bell } from '../inbox/bell.js';
import { deliveriesPath, incidentPath, logStartPath, settingsPath } from '../paths.js';
import { type SignedIn } from '../session/read-token.js';
import { useLanguage } from '../words/words-context.js';
import classes from './frame.module.css';
import { OptionsMenu } from './options-menu.js';

export function Frame({ team, session, children }: { team: string; session: SignedIn; children: ReactNode }) {
  const { words } = useLanguage();
  const [location, navigate] = useLocation();
  const isOnline = useOnline();
  const teams = Object.keys(session.claims.teams ?? {}).toSorted((a, b) => a.localeCompare(b));
  const links = [
    { below: [settingsPath(team)], href: settingsPath(team), text: words.page.nav.settings },
    { below: [deliveriesPath(team), incidentPath(team, '')], href: logStartPath(team), text: words.page.nav.deliveries },
  ];
  return (
    <div className={classes.page}>
      <a className={classes.skip} href="#content" onClick={skipToContent}>
        {words.page.nav.skip}
      </a>
      <header className={classes.header}>
        <div className={classes.bar}>
          <Link href={settingsPath(team)} className={classes.brand} aria-label={words.page.brand}>
            <IconMail size={22} aria-hidden />
            <span className={classes.brandName}>{words.page.brand}</span>
          </Link>
          {teams.length > 1 ? (
            <NativeSelect
              aria-label={words.page.nav.team}
              size="xs"
              className={classes.team}
              value={team}
              data={teams.includes(team) ? teams : [team, ...teams]}
              onChange={(event) => navigate(settingsPath(event.currentTarget.value))}
            />
          ) : (
            <span className={classes.teamName}>{team}</span>
          )}
          <nav className={classes.nav} aria-label={words.page.nav.label}>
            {links.map(({ below, href, text }) => (
              <Link
                key={href}
                href={href}
                className={classes.link}
                aria-current={below.some((path) => location.startsWith(path)) ? 'page' : undefined}
              >
                {text}
              </Link>
            ))}
          </nav>
          <div className={classes.actions}>
            <Bell team={team} />
            <OptionsMenu />
          </div>
        </div>
      </header>
      {isOnline ? null : (
        <div role="status" className={classes.offline}>
          {words.page.offline}
        </div>
      )}
      <main id="content" tabIndex={-1} className={classes.main}>
        {children}
      </main>
    </div>
  );
}

/** Moves only the focus: a new fragment in the address would be a navigation, about which unsaved changes ask. */
function skipToContent(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

function useOnline(): boolean {
  return useSyncExternalStore(
    (changed) => {
      window.addEventListener('online', changed);
      window.addEventListener('offline', changed);
      return () => {
        window.removeEventListener('online', changed);
        window.removeEventListener('offline', changed);
      };
    },
    () => navigator.onLine,
  );
}
