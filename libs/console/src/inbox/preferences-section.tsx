// How the reader wants to be told of trouble.
import { Group, NativeSelect, Paper, Skeleton, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { type Locale, type Preferences, PREFERENCES_SHOWN, type PreferencesView } from '@billing-mail/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useSearch } from 'wouter';
import { ask } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { ProblemError } from '../api/problem.js';
import { BusyButton } from '../shell/busy-button.js';
import { Trouble } from '../shell/trouble.js';
import { sayFieldMessage } from '../words/field-messages.js';
import { useLanguage } from '../words/words-context.js';
import { ConfirmAddress } from './confirm-address.js';
import { PREFERENCES_KEY as KEY } from './preferences-key.js';

export function PreferencesSection() {
  const words = useLanguage().words.inbox.preferences;
  const { notifications } = useClients();
  const heading = useShownFromLink();
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: async (): Promise<PreferencesView> => ask(notifications.GET('/v1/preferences')),
  });
  return (
    <Paper component="section" aria-label={words.title} withBorder p="lg" radius="md" mt="xl">
      <Title order={2} size="h4" ref={heading} tabIndex={-1}>
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

/** Whoever comes by the link of an e-mail is led to it, past all messages. */
function useShownFromLink() {
  const heading = useRef<HTMLHeadingElement>(null);
  const isAskedFor = useSearch() === PREFERENCES_SHOWN;
  useEffect(() => {
    if (isAskedFor) heading.current?.focus();
  }, [isAskedFor]);
  return heading;
}

/** What the form changes: whether the address is confirmed is for the service to say. */
const changeable = ({ email, locale, channels }: PreferencesView): Preferences => ({ email, locale, channels });

function PreferencesForm({ stored }: { stored: PreferencesView }) {
  const { words, locale } = useLanguage();
  const says = words.inbox.preferences;
  const { notifications } = useClients();
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState(changeable(stored));
  const saving = useMutation({
    mutationFn: async (): Promise<PreferencesView> => ask(notifications.PUT('/v1/preferences', { body: draft })),
    onSuccess: (saved) => {
      queryClient.setQueryData(KEY, saved);
      setDraft(changeable(saved));
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
        {stored.email !== null && !stored.emailConfirmed && draft.email === stored.email ? <ConfirmAddress address={stored.email} /> : null}
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
          <BusyButton type="submit" variant="default" busy={saving.isPending}>
            {says.save}
          </BusyButton>
          <Text size="sm" role="status">
            {saving.isSuccess ? says.saved : ''}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
