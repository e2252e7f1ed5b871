import { Anchor, Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import { settingsPath } from '../paths.js';
import { useLanguage } from '../words/words-context.js';
import { useDocumentTitle } from './document-title.js';

export function NotFound({ team }: { team: string }) {
  const { title, text, home } = useLanguage().words.page.notFound;
  useDocumentTitle(title);
  return (
    <>
      <Title order={1} size="h2" mb="xs">
        {title}
      </Title>
      <Text mb="md">{text}</Text>
      <Anchor component={Link} href={settingsPath(team)} underline="always">
        {home}
      </Anchor>
    </>
  );
}
