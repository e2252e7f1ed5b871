// Which page an address shows, and who may see it.
import { lazy, Suspense, useEffect, useState } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { roleIn, type SignedIn } from './session/read-token.js';
import { useSession } from './session/session-store.js';
import { SignInNotice } from './session/sign-in-notice.js';
import { forgetWantedPage, wantedPage } from './session/wanted-page.js';
import { SwitchUserDialog } from './session/switch-user-dialog.js';
import { settingsPath } from './paths.js';
import { Frame } from './shell/frame.js';
import { PageSkeleton } from './shell/page-skeleton.js';
import { NotFound } from './shell/not-found.js';
import { SettingsPage } from './email-delivery/settings-page.js';

const DeliveriesPage = lazy(async () => ({ default: (await import('./deliveries/deliveries-page.js')).DeliveriesPage }));
const DeliveryPage = lazy(async () => ({ default: (await import('./deliveries/delivery-page.js')).DeliveryPage }));
const IncidentPage = lazy(async () => ({ default: (await import('./deliveries/incident-page.js')).IncidentPage }));
const RunReportPage = lazy(async () => ({ default: (await import('./deliveries/run-report-page.js')).RunReportPage }));
const UndeliverablePage = lazy(async () => ({ default: (await import('./deliveries/undeliverable-page.js')).UndeliverablePage }));
const WebhooksPage = lazy(async () => ({ default: (await import('./webhooks/webhooks-page.js')).WebhooksPage }));
const InboxPage = lazy(async () => ({ default: (await import('./inbox/inbox-page.js')).InboxPage }));

export function Pages() {
  const session = useSession();
  if (session.kind === 'asking') return null;
  if (session.kind !== 'signed_in') return <SignInNotice session={session} />;
  return (
    <>
      <SwitchUserDialog session={session} />
      <Switch>
        <Route path="/teams/:team/*?">{({ team }) => <TeamPages team={team} session={session} />}</Route>
        <Route>
          <FirstTeam session={session} />
        </Route>
      </Switch>
    </>
  );
}

function FirstTeam({ session }: { session: SignedIn }) {
  const teams = Object.keys(session.claims.teams ?? {});
  const [team] = teams;
  const [wanted] = useState(() => wantedPage(teams));
  useEffect(forgetWantedPage, []);
  if (team === undefined) return <SignInNotice session={session} />;
  return <Redirect to={wanted ?? settingsPath(team)} replace />;
}

function TeamPages({ team, session }: { team: string; session: SignedIn }) {
  const role = roleIn(session.claims, team);
  if (role === null) return <SignInNotice session={session} team={team} />;
  return (
    <Frame team={team} session={session}>
      <Suspense fallback={<PageSkeleton />}>
        <Switch>
          <Route path="/teams/:team/settings/invoicing">
            <SettingsPage key={team} team={team} role={role} />
          </Route>
          <Route path="/teams/:team/settings/invoicing/webhooks">
            <WebhooksPage key={team} team={team} role={role} />
          </Route>
          <Route path="/teams/:team/deliveries">
            <DeliveriesPage key={team} team={team} role={role} />
          </Route>
          <Route path="/teams/:team/deliveries/report">
            <RunReportPage key={team} team={team} />
          </Route>
          <Route path="/teams/:team/deliveries/undeliverable-addresses">
            <UndeliverablePage key={team} team={team} role={role} />
          </Route>
          <Route path="/teams/:team/deliveries/:id">{({ id }) => <DeliveryPage key={id} team={team} id={id} role={role} />}</Route>
          <Route path="/teams/:team/incidents/:id">{({ id }) => <IncidentPage key={id} team={team} id={id} role={role} />}</Route>
          <Route path="/teams/:team/inbox">
            <InboxPage team={team} role={role} />
          </Route>
          <Route>
            <NotFound team={team} />
          </Route>
        </Switch>
      </Suspense>
    </Frame>
  );
}
