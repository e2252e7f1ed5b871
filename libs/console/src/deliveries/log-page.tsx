// The head of the pages below the log: the way back, what the page is, and what can be done with all of its content.
import { Anchor, Group, Text, Title } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { type ReactNode } from 'react';
import { Link } from 'wouter';
import { deliveriesPath } from '../paths.js';
import rows from '../shell/rows.module.css';
import { useLanguage } from '../words/words-context.js';
import classes from './log-page.module.css';

export function BackToLog({ team }: { team: string }) {
  return (
    <Anchor component={Link} href={deliveriesPath(team)} size="sm" underline="always" className={classes.back}>
      <IconArrowLeft size={14} aria-hidden /> {useLanguage().words.deliveries.detail.back}
    </Anchor>
  );
}

export function LogPageHead({ team, title, lead, children }: { team: string; title: string; lead: string; children: ReactNode }) {
  return (
    <>
      <BackToLog team={team} />
      <Group justify="space-between" align="flex-start" mb="md" mt="sm">
        <div className={rows.text}>
          <Title order={1} size="h2">
            {title}
          </Title>
          <Text c="dimmed">{lead}</Text>
        </div>
        {children}
      </Group>
    </>
  );
}
