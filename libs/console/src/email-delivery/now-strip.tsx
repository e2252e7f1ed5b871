// One sentence that says what happens to mail now, and how the last 24 hours went.
import { Anchor, Group, Paper, Skeleton, Text, Title } from '@mantine/core';
import { type EmailDeliveryView } from '@billing-mail/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { ask } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { deliveriesPath } from '../paths.js';
import { useLanguage } from '../words/words-context.js';
import { countHealth, HEALTH_SAMPLE, type Health } from './health.js';
import classes from './now-strip.module.css';

const LOOK_AGAIN_MS = 15_000;

export function NowStrip({ team, stored }: { team: string; stored: EmailDeliveryView | null }) {
  const words = useLanguage().words.settings;
  return (
    <Paper component="section" aria-label={words.now.title} withBorder p="lg" radius="md" className={classes.strip}>
      <div>
        <Title order={2} size="sm" c="dimmed" fw={500} mb={4}>
          {words.now.title}
        </Title>
        <Text className="breakable">{useSentence(stored)}</Text>
      </div>
      <HealthOf team={team} />
    </Paper>
  );
}

function useSentence(stored: EmailDeliveryView | null): string {
  const { now } = useLanguage().words.settings;
  const { platformFromAddress } = useClients().config;
  if (stored === null) return now.firstVisit;
  const { companyName, sender, smtp, fallback, cc, bcc } = stored;
  const copies = now.copies(cc.length + bcc.length);
  if (sender === 'custom' && smtp !== null)
    return [now.custom(smtp.fromAddress, smtp.host), fallback ? now.fallbackOn : now.fallbackOff, copies].join(' ');
  return [platformFromAddress === null ? now.platformUnnamed(companyName) : now.platform(platformFromAddress, companyName), copies].join(
    ' ',
  );
}

function HealthOf({ team }: { team: string }) {
  const words = useLanguage().words.settings.health;
  const { dispatcher } = useClients();
  const { data, error } = useQuery({
    queryKey: ['health', team],
    queryFn: async () => {
      const { items } = await ask(
        dispatcher.GET('/v1/teams/{teamId}/deliveries', { params: { path: { teamId: team }, query: { limit: String(HEALTH_SAMPLE) } } }),
      );
      return countHealth(items, Date.now());
    },
    refetchInterval: LOOK_AGAIN_MS,
  });
  return (
    <div className={classes.health}>
      <Title order={2} size="sm" c="dimmed" fw={500} mb={4}>
        {words.title}
      </Title>
      {data ? <Figures health={data} /> : error ? <Text size="sm">{words.away}</Text> : <Skeleton height={24} width="14rem" />}
      <Anchor component={Link} href={deliveriesPath(team)} size="sm" underline="always">
        {words.open}
      </Anchor>
    </div>
  );
}

function Figures({ health }: { health: Health }) {
  const { words, formats } = useLanguage();
  const says = words.settings.health;
  if (health.total === 0) return <Text size="sm">{says.none}</Text>;
  const figures = [
    { value: health.sent, text: says.sent, tone: 'good' },
    { value: health.fellBack, text: says.fellBack, tone: 'wait' },
    { value: health.underWay, text: says.underWay, tone: 'calm' },
    { value: health.trouble, text: says.trouble, tone: 'bad' },
  ].filter(({ value, tone }) => value > 0 || tone === 'good');
  return (
    <Group gap="md">
      {figures.map(({ value, text, tone }) => (
        <Text key={text} size="sm">
          <strong className={classes[tone]}>{formats.number(value)}</strong> {text}
        </Text>
      ))}
      {health.isCapped ? (
        <Text size="sm" c="dimmed">
          {says.capped(health.total)}
        </Text>
      ) : null}
    </Group>
  );
}
