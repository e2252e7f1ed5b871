// How the reader wants to be notified of trouble.
import { NativeSelect, Paper, Skeleton, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import {
  DAILY_DIGEST_HOUR,
  type Digest,
  DIGESTS,
  type Locale,
  LOCALES,
  type Preferences,
  PREFERENCES_SHOWN,
  type PreferencesView,
} from '@billing-mail/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useSearch } from 'wouter';
import { ask } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { ProblemError } from '../api/problem.js';
import { useShowAnswer } from '../api/use-show-answer.js';
import { useFocusIf } from '../shell/focus-if.js';
import { Trouble } from '../shell/trouble.js';
import { sayFieldMessage } from '../words/field-messages.js';
import { useLanguage } from '../words/words-context.js';
import { ConfirmAddress } from './confirm-address.js';
import { type BrowserNotices, browserNotices, switchBrowserNotices } from './browser-notices.js';
import { MutedTypes } from './muted-types.js';
import { PREFERENCES_KEY as KEY } from './preferences-key.js';
import { SaveRow } from './save-row.js';

export function usePreferences() {
  const { notifications } = useClients();
  return useQuery({ queryKey: KEY, queryFn: async (): Promise<PreferencesView> => ask(notifications.GET('/v1/preferences')) });
}

export function PreferencesSection() {
  const words = useLanguage().words.inbox.preferences;
  // The link of an e-mail leads to the section, past all messages.
  const heading = useFocusIf<HTMLHeadingElement>(useSearch() === PREFERENCES_SHOWN);
  const { data, error, refetch } = usePreferences();
  return (
    <Paper component="section" aria-label={words.title} withBorder p="lg" radius="md" mt="xl">
      <Title order={2} size="h4" ref={heading} tabIndex={-1}>
        {words.title}
      </Title>
      <Text c="dimmed" size="sm" mb="md">
        {words.lead}
      </Text>
      {data ? (
        <>
          <PreferencesForm stored={data} />
          <BrowserSwitch />
        </>
      ) : error ? (
        <Trouble error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton height={180} />
      )}
    </Paper>
  );
}

/** Returns when the daily e-mails go out, so that it can be shown in the reader's own time. */
const nextDaily = (): string => {
  const today = new Date();
  return new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate(), DAILY_DIGEST_HOUR)).toISOString();
};

/** Returns what the form changes: only the service says whether the address is confirmed. */
const changeable = ({ emailConfirmed: _confirmed, ...own }: PreferencesView): Preferences => own;

/** This switch belongs to the browser and not to the user, so that it is not saved with the others. */
function BrowserSwitch() {
  const says = useLanguage().words.inbox.preferences.inBrowser;
  const [state, setState] = useState<BrowserNotices>(browserNotices);
  return (
    <Switch
      mt="lg"
      label={says.label}
      description={says[state]}
      checked={state === 'on'}
      disabled={state === 'missing' || state === 'blocked'}
      onChange={(event) => void switchBrowserNotices(event.currentTarget.checked).then(setState)}
    />
  );
}

function ConfirmOwnAddress({ address }: { address: string }) {
  const { notifications } = useClients();
  const show = useShowAnswer();
  return (
    <ConfirmAddress
      address={address}
      of="user"
      hint={useLanguage().words.inbox.preferences.confirmHint}
      confirm={async (code) => show(KEY, await ask(notifications.POST('/v1/preferences/confirmation', { body: { code } })))}
      askAgain={async () => void (await ask(notifications.POST('/v1/preferences/confirmation-email', {})))}
    />
  );
}

function PreferencesForm({ stored }: { stored: PreferencesView }) {
  const { words, formats, locale } = useLanguage();
  const says = words.inbox.preferences;
  const { notifications } = useClients();
  const show = useShowAnswer();
  const [draft, setDraft] = useState(changeable(stored));
  const saving = useMutation({
    mutationFn: async (): Promise<PreferencesView> => ask(notifications.PUT('/v1/preferences', { body: draft })),
    onSuccess: (saved) => {
      show(KEY, saved);
      setDraft(changeable(saved));
    },
  });
  const edit = (change: Partial<Preferences>): void => {
    saving.reset();
    setDraft({ ...draft, ...change });
  };
  // Without an address there is nothing to set for e-mails.
  const getsEmails = draft.channels.email && draft.email !== null;
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
        {stored.email !== null && !stored.emailConfirmed && draft.email === stored.email ? (
          <ConfirmOwnAddress address={stored.email} />
        ) : null}
        <NativeSelect
          label={says.locale}
          value={draft.locale}
          data={LOCALES.map((each) => ({ value: each, label: words.settings.company.languages[each] }))}
          onChange={(event) => edit({ locale: event.currentTarget.value as Locale })}
        />
        <Switch
          label={says.byInbox}
          checked={draft.channels.inbox}
          onChange={(event) => edit({ channels: { ...draft.channels, inbox: event.currentTarget.checked } })}
        />
        <Switch
          label={says.byEmail}
          checked={getsEmails}
          disabled={draft.email === null}
          onChange={(event) => edit({ channels: { ...draft.channels, email: event.currentTarget.checked } })}
        />
        <NativeSelect
          label={says.digest.label}
          value={draft.digest}
          disabled={!getsEmails}
          data={DIGESTS.map((digest) => ({ value: digest, label: says.digest[digest](formats.clock(nextDaily())) }))}
          onChange={(event) => edit({ digest: event.currentTarget.value as Digest })}
        />
        <MutedTypes channels={{ ...draft.channels, email: getsEmails }} muted={draft.muted} onChange={(muted) => edit({ muted })} />
        {failure && !wrong ? <Trouble error={failure} /> : null}
        <SaveRow saving={saving} save={says.save} />
      </Stack>
    </form>
  );
}
