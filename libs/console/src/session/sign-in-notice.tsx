import { Anchor, Code, Container, Group, List, Text, ThemeIcon, Title } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useEffect } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { settingsPath } from '../paths.js';
import { CopyTextButton } from '../shell/copy-text-button.js';
import { OptionsMenu } from '../shell/options-menu.js';
import { useDocumentTitle } from '../shell/document-title.js';
import { useLanguage } from '../words/words-context.js';
import { isDraftKept } from './kept-draft.js';
import { type Session } from './read-token.js';
import { forgetWantedPage, wantPage } from './wanted-page.js';

/** Says why nothing is shown and what to do: not signed in, expired, or signed in for another team (`team` is the one asked for). */
export function SignInNotice({ session, team }: { session: Exclude<Session, { kind: 'asking' }>; team?: string }) {
  const { words } = useLanguage();
  const { title, text } = noticeOf(session, team, words.page.signIn);
  const teams = session.kind === 'signed_in' && team !== undefined ? Object.keys(session.claims.teams ?? {}) : [];
  const search = useSearch();
  const code = codeOf(search);
  useWantedPage(session.kind === 'signed_in' ? null : search);
  useDocumentTitle(title);
  return (
    <Container size="sm" py="xl" component="main">
      <Group justify="flex-end" mb="xl">
        <OptionsMenu />
      </Group>
      <ThemeIcon size={56} radius="xl" variant="light" color="gray" bg="var(--mantine-color-default-border)" mb="md" aria-hidden>
        <IconLock size={28} />
      </ThemeIcon>
      <Title order={1} size="h2" mb="xs" className="breakable">
        {title}
      </Title>
      <Text mb="md">{text}</Text>
      {session.kind !== 'signed_in' && code !== null ? (
        <>
          <Text mb="xs">{words.page.signIn.confirming}</Text>
          <Code block bd="1px solid var(--mantine-color-default-border)" className="breakable">
            {code}
          </Code>
          <CopyTextButton text={code} size="xs" mt="xs" mb="md" />
        </>
      ) : null}
      {session.kind === 'expired' && isDraftKept() ? <Text mb="md">{words.page.signIn.draftKept}</Text> : null}
      <List>
        {teams.map((mine) => (
          <List.Item key={mine}>
            <Anchor component={Link} href={settingsPath(mine)} underline="always">
              {mine}
            </Anchor>
          </List.Item>
        ))}
      </List>
    </Container>
  );
}

/** Remembers this page for a user who signs in elsewhere; a user who signs in here is on it already. */
function useWantedPage(search: string | null): void {
  const [location] = useLocation();
  useEffect(() => {
    if (search === null || !location.startsWith('/teams/')) return;
    wantPage(search === '' ? location : `${location}?${search}`);
    return forgetWantedPage;
  }, [location, search]);
}

// The link of an e-mail opens a tab in which nobody is signed in. Only a code is shown, because anybody can write links.
const codeOf = (search: string): string | null => /^[\w-]{22}$/.exec(new URLSearchParams(search).get('confirm') ?? '')?.[0] ?? null;

type Words = ReturnType<typeof useLanguage>['words']['page']['signIn'];

function noticeOf(session: Exclude<Session, { kind: 'asking' }>, team: string | undefined, words: Words): { title: string; text: string } {
  switch (session.kind) {
    case 'missing':
      return { title: words.missingTitle, text: words.missing };
    case 'expired':
      return { title: words.expiredTitle, text: words.expired };
    case 'unreadable':
      return { title: words.unreadableTitle, text: words.unreadable };
    case 'signed_in': {
      const hasTeams = Object.keys(session.claims.teams ?? {}).length > 0;
      return {
        title: team === undefined ? words.missingTitle : words.otherTeamTitle(team),
        text: hasTeams ? words.otherTeam : words.noTeam,
      };
    }
  }
}
