// Which types of notification come by which channel. A switch that is off removes the type from a channel that is on.
import { Checkbox, Table, Text } from '@mantine/core';
import { NOTIFICATION_NAMES, NOTIFICATION_TYPES, type NotificationType, type Preferences } from '@billing-mail/contracts';
import { useLanguage } from '../words/words-context.js';
import classes from './muted-types.module.css';

const CHANNELS = ['inbox', 'email'] as const;
type Channel = (typeof CHANNELS)[number];

export function MutedTypes({
  channels,
  muted,
  onChange,
}: Pick<Preferences, 'channels' | 'muted'> & { onChange: (muted: Preferences['muted']) => void }) {
  const { locale, words } = useLanguage();
  const says = words.inbox.preferences;
  const toggle = (channel: Channel, type: NotificationType, isWanted: boolean): void => {
    const others = muted[channel].filter((each) => each !== type);
    onChange({ ...muted, [channel]: isWanted ? others : [...others, type] });
  };
  return (
    <details>
      <Text component="summary" size="sm" fw={500} id="wanted-types">
        {says.types.label}
      </Text>
      <Table aria-labelledby="wanted-types" withRowBorders={false} verticalSpacing={4} horizontalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col" className={classes.type}>
              {says.types.type}
            </Table.Th>
            {CHANNELS.map((channel) => (
              <Table.Th key={channel} scope="col" className={classes.channel}>
                {says.types[channel]}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {NOTIFICATION_TYPES.map((type) => (
            <Table.Tr key={type}>
              <Table.Th scope="row" fw={400} className={classes.type}>
                {NOTIFICATION_NAMES[type][locale]}
              </Table.Th>
              {CHANNELS.map((channel) => (
                <Table.Td key={channel}>
                  <Checkbox
                    aria-label={`${NOTIFICATION_NAMES[type][locale]}: ${channel === 'inbox' ? says.byInbox : says.types.email}`}
                    checked={channels[channel] && !muted[channel].includes(type)}
                    disabled={!channels[channel]}
                    onChange={(event) => toggle(channel, type, event.currentTarget.checked)}
                  />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </details>
  );
}
