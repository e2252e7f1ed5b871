import { Button, Container, Group, Text, Title } from '@mantine/core';
import { LOCALES } from '@billing-mail/contracts';
import { Component, type ReactNode } from 'react';
import { settingsPath } from '../paths.js';
import { CATALOGUES } from '../words/catalogues.js';

/** Says that the page itself has failed, instead of a white screen. React writes the error to the browser's console. */
export class CrashBoundary extends Component<{ children: ReactNode }, { hasCrashed: boolean }> {
  override state = { hasCrashed: false };

  static getDerivedStateFromError(): { hasCrashed: boolean } {
    return { hasCrashed: true };
  }

  override render(): ReactNode {
    if (!this.state.hasCrashed) return this.props.children;
    const { trouble, notFound } = CATALOGUES[LOCALES.find((each) => each === document.documentElement.lang) ?? 'en'].page;
    const { crashedTitle, crashed, reload } = trouble;
    // Another page may work where this one fails again and again.
    const [, team] = /^\/teams\/([^/]+)/.exec(location.pathname) ?? [];
    return (
      <Container size="sm" py="xl" component="main">
        <Title order={1} size="h2" mb="xs">
          {crashedTitle}
        </Title>
        <Text mb="md">{crashed}</Text>
        <Group gap="xs">
          <Button onClick={() => location.reload()}>{reload}</Button>
          <Button component="a" variant="default" href={team === undefined ? '/' : settingsPath(decodeURIComponent(team))}>
            {notFound.home}
          </Button>
        </Group>
      </Container>
    );
  }
}
