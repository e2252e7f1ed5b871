import { Alert, Anchor, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from 'wouter';
import { incidentPath } from '../paths.js';
import { useLanguage } from '../words/words-context.js';
import { useIncidents } from './incident-queries.js';
import classes from './needs-attention.module.css';

/** Lists the incidents that are not over, each with a link to its page. */
export function IncidentBanner({ team }: { team: string }) {
  const { words, formats } = useLanguage();
  const open = useIncidents(team).data?.items.filter(({ endedAt }) => endedAt === null) ?? [];
  if (open.length === 0) return null;
  return (
    <Alert color="red" variant="outline" icon={<IconAlertTriangle aria-hidden />} mb="md" className={classes.banner} role="status">
      {open.map(({ id, server, since, happened }) => (
        <div key={id}>
          <Text size="sm" className="breakable">
            {words.incidents.banner(server, formats.inSentence(since))} {happened}
          </Text>
          <Anchor component={Link} href={incidentPath(team, id)} size="sm" underline="always">
            {words.incidents.show}
          </Anchor>
        </div>
      ))}
    </Alert>
  );
}
