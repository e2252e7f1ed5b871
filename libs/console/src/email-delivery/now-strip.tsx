// One sentence that says what happens to mail now, and how the last 24 hours went.
import { Alert, Anchor, Paper, Skeleton, Text, Title } from '@mantine/core';
import { type DeliveryCounts, DOCUMENT_TYPES, type EmailDeliveryView } from '@billing-mail/contracts';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from 'wouter';
import { useClients } from '../api/clients-context.js';
import { countTrouble, useStatistics } from '../deliveries/statistics-queries.js';
import { type DeliveryFilter, writeFilter } from '../deliveries/delivery-filter.js';
import { deliveriesPath, logStartPath } from '../paths.js';
import { Address } from '../shell/address.js';
import { type Language, useLanguage } from '../words/words-context.js';
import { useEditing } from './editing.js';
import { FieldLink } from './field-link.js';
import classes from './now-strip.module.css';

type Words = Language['words'];

export function NowStrip({ team, stored }: { team: string; stored: EmailDeliveryView | null }) {
  const words = useLanguage().words.settings;
  const isOwn = stored?.sender === 'custom';
  const { ownSignature } = useEditing();
  const says = useSentence(stored, ownSignature === 'valid');
  return (
    <Paper component="section" aria-label={words.now.title} withBorder p="lg" radius="md" className={classes.strip}>
      <div>
        <Title order={2} size="sm" c="dimmed" fw={500} mb={4}>
          {words.now.title}
        </Title>
        {/* The platform does not take over in this case. */}
        {isOwn && ownSignature === 'expired' ? (
          <Alert color="red" variant="outline" icon={<IconAlertTriangle aria-hidden />}>
            {words.now.certificateEnded} <FieldLink pointer="/certificate">{words.now.mendCertificate}</FieldLink>
          </Alert>
        ) : (
          <Text className="breakable">
            <Address>{says}</Address>
          </Text>
        )}
      </div>
      <HealthOf team={team} isOwn={isOwn} />
    </Paper>
  );
}

function useSentence(stored: EmailDeliveryView | null, isSigned: boolean): string {
  const words = useLanguage().words.settings;
  const { now } = words;
  const { platformFromAddress } = useClients().config;
  if (stored === null) return now.firstVisit;
  const { companyName, sender, smtp, fallback } = stored;
  const copies = sayCopies(stored, words);
  if (sender === 'custom' && smtp !== null)
    return [
      (isSigned ? now.customSigned : now.custom)(smtp.fromAddress, smtp.host),
      fallback ? now.fallbackOn : now.fallbackOff,
      copies,
    ].join(' ');
  return [platformFromAddress === null ? now.platformUnnamed(companyName) : now.platform(platformFromAddress, companyName), copies].join(
    ' ',
  );
}

function sayCopies({ cc, bcc, copies }: EmailDeliveryView, { now, typeCopies }: Words['settings']): string {
  const types = DOCUMENT_TYPES.filter((type) => copies.some((each) => each.types.includes(type))).map((type) => typeCopies.types[type]);
  return [
    ...(types.length > 0 && cc.length + bcc.length === 0 ? [] : [now.copies(cc.length + bcc.length)]),
    ...(types.length === 0 ? [] : [now.typeCopies(types.join(', '))]),
  ].join(' ');
}

function HealthOf({ team, isOwn }: { team: string; isOwn: boolean }) {
  const words = useLanguage().words.settings.health;
  const { data, error } = useStatistics(team);
  return (
    <div>
      <Title order={2} size="sm" c="dimmed" fw={500} mb={4}>
        {words.title}
      </Title>
      <div className={classes.health}>
        {data ? (
          <Figures team={team} counts={data.last24Hours} isOwn={isOwn} />
        ) : error ? (
          <Text size="sm">{words.away}</Text>
        ) : (
          <Skeleton width="fit-content" aria-hidden>
            <Figures team={team} counts={null} isOwn={isOwn} />
          </Skeleton>
        )}
        <Anchor component={Link} href={logStartPath(team)} size="sm" underline="always">
          {words.open}
        </Anchor>
      </div>
    </div>
  );
}

/** Takes the same number of lines before the counts are known (`null`) and for any counts, so that nothing below it moves. */
function Figures({ team, counts, isOwn }: { team: string; counts: DeliveryCounts | null; isOwn: boolean }) {
  const { words, formats } = useLanguage();
  const says = words.settings.health;
  const { sent = 0, fellBack = 0, underWay = 0 } = counts ?? {};
  const listOf = (filter: DeliveryFilter): string => `${deliveriesPath(team)}${writeFilter(filter)}`;
  const figures = [
    { value: sent + fellBack, text: says.sent, tone: 'good', status: 'sent' },
    ...(isOwn || fellBack > 0 ? [{ value: fellBack, text: says.fellBack, tone: 'wait', status: 'fell_back' } as const] : []),
    { value: underWay, text: says.underWay, tone: 'calm', status: 'under_way' },
    { value: counts === null ? 0 : countTrouble(counts), text: says.trouble, tone: 'bad', status: 'in_trouble' },
  ] as const;
  return (
    <div className={classes.figures}>
      {figures.map(({ value, text, tone, status }) =>
        counts === null ? (
          <Text key={text} span size="sm">
            {formats.number(value)} {text}
          </Text>
        ) : (
          <Anchor key={text} component={Link} href={listOf({ status, since: '24h' })} size="sm" className={classes.figure}>
            <strong className={`tone-${value > 0 ? tone : 'calm'}`}>{formats.number(value)}</strong> {text}
          </Anchor>
        ),
      )}
    </div>
  );
}
