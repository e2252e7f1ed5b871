import { LOCALES } from '@billing-mail/contracts';
import { ActionIcon, Menu, type MantineColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconCheck, IconLanguage } from '@tabler/icons-react';
import { CATALOGUES } from '../words/catalogues.js';
import { useLanguage } from '../words/words-context.js';

const LOOKS: readonly MantineColorScheme[] = ['auto', 'light', 'dark'];

/** Menu for the language and for light or dark. */
export function OptionsMenu() {
  const { words, locale, setLocale } = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const mark = (isChosen: boolean) => (isChosen ? <IconCheck size={16} aria-hidden /> : <span style={{ width: 16 }} />);
  return (
    <Menu position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false} shadow="md">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" c="dimmed" size="lg" aria-label={words.page.options} title={words.page.options}>
          <IconLanguage size={20} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{words.page.language}</Menu.Label>
        {LOCALES.map((each) => (
          <Menu.Item
            key={each}
            lang={each}
            leftSection={mark(locale === each)}
            aria-current={locale === each}
            data-autofocus={locale === each || undefined}
            onClick={() => setLocale(each)}
          >
            {CATALOGUES[each].page.ownName}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{words.page.look.label}</Menu.Label>
        {LOOKS.map((look) => (
          <Menu.Item
            key={look}
            leftSection={mark(colorScheme === look)}
            aria-current={colorScheme === look}
            onClick={() => setColorScheme(look)}
          >
            {words.page.look[look]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
