// How the reader wants to be told of trouble.
import { Button, Group, NativeSelect, Paper, Skeleton, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { type Locale, type Preferences } from '@billing-mail/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ask } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { ProblemError } from '../api/problem.js';
import { Trouble } from '../shell/trouble.js';
import { sayFieldMessage } from '../words/field-messages.js';
import { useLanguage } from '../words/words-context.js';

const KEY = ['preferences'] as const;

export function PreferencesSection() {
  const words = useLanguage().words.inbox.preferences;
  const { notifications } = useClients();
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: async () => (await ask(notifications.GET('/v1/preferences'))) as Preferences,
  });
  return (
    <Paper component="section" aria-label={words.title} withBorder p="lg" radius="md" mt="xl">
      <Title order={2} size="h4">
        {words.title}
      </Title>
      <Text c="dimmed" size="sm" mb="md">
        {words.lead}
      </Text>
      {data ? (
        <PreferencesForm stored={data} />
      ) : error ? (
        <Trouble error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton height={180} />
      )}
    </Paper>
  );
}

function PreferencesForm({ stored }: { stored: Preferences }) {
  const { words, locale } = useLanguage();
  const says = words.inbox.preferences;
  const { notifications } = useClients();
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState(stored);
  const saving = useMutation({
    mutationFn: async () => (await ask(notifications.PUT('/v1/preferences', { body: draft }))) as Preferences,
    onSuccess: (saved) => {
      queryClient.setQueryData(KEY, saved);
      setDraft(saved);
    },
  });
  const edit = (change: Partial<Preferences>): void => {
    saving.reset();
    setDraft({ ...draft, ...change });
  };
  const failure = saving.error;
  const wrong = failure instanceof ProblemError ? failure.errors.find(({ pointer }) => pointer === '/email') : undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md" maw="28rem">
        <TextInput
          label={says.email}
          description={says.emailHint}
          type="email"
          autoComplete="email"
          value={draft.email ?? ''}
          error={wrong && sayFieldMessage(wrong.message, locale)}
          onChange={(event) => edit({ email: event.currentTarget.value.trim() || null })}
        />
        <NativeSelect
          label={says.locale}
          value={draft.locale}
          data={[
            { value: 'de', label: words.settings.company.german },
            { value: 'en', label: words.settings.company.english },
          ]}
          onChange={(event) => edit({ locale: event.currentTarget.value as Locale })}
        />
        <Switch
          label={says.byInbox}
          checked={draft.channels.inbox}
          onChange={(event) => edit({ channels: { ...draft.channels, inbox: event.currentTarget.checked } })}
        />
        <Switch
          label={says.byEmail}
          checked={draft.channels.email}
          onChange={(event) => edit({ channels: { ...draft.channels, email: event.currentTarget.checked } })}
        />
        {failure && !wrong ? <Trouble error={failure} /> : null}
        <Group>
          <Button type="submit" variant="default" loading={saving.isPending}>
            {says.save}
          </Button>
          <Text size="sm" role="status">
            {saving.isSuccess ? says.saved : ''}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
