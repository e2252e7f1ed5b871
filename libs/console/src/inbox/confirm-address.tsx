// The code from the e-mail that shows that the reader reads the address; a link in it has filled the code in.
import { Alert, Group, Stack, Text, TextInput } from '@mantine/core';
import { type PreferencesView } from '@billing-mail/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearch } from 'wouter';
import { ask } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { ProblemError } from '../api/problem.js';
import { BusyButton } from '../shell/busy-button.js';
import { Trouble } from '../shell/trouble.js';
import { useLanguage } from '../words/words-context.js';
import { PREFERENCES_KEY } from './preferences-key.js';

export function ConfirmAddress({ address }: { address: string }) {
  const says = useLanguage().words.inbox.preferences;
  const { notifications } = useClients();
  const queryClient = useQueryClient();
  const [code, setCode] = useState(new URLSearchParams(useSearch()).get('confirm') ?? '');
  const confirming = useMutation({
    mutationFn: async (): Promise<PreferencesView> => ask(notifications.POST('/v1/preferences/confirmation', { body: { code } })),
    onSuccess: (confirmed) => queryClient.setQueryData(PREFERENCES_KEY, confirmed),
  });
  const asking = useMutation({ mutationFn: async () => ask(notifications.POST('/v1/preferences/confirmation-email', {})) });
  const failure = confirming.error;
  const isWrong = failure instanceof ProblemError && failure.errors.some(({ pointer }) => pointer === '/code');
  return (
    <Alert color="yellow" title={says.unconfirmed(address)}>
      <Stack gap="sm">
        <Text size="sm">{says.confirmHint}</Text>
        <TextInput
          label={says.code}
          autoComplete="one-time-code"
          value={code}
          error={isWrong && says.wrongCode}
          onChange={(event) => {
            confirming.reset();
            setCode(event.currentTarget.value.trim());
          }}
        />
        {failure && !isWrong ? <Trouble error={failure} /> : null}
        {asking.error ? <Trouble error={asking.error} /> : null}
        <Group>
          <BusyButton busy={confirming.isPending} disabled={code === ''} onClick={() => confirming.mutate()}>
            {says.confirm}
          </BusyButton>
          <BusyButton variant="subtle" busy={asking.isPending} onClick={() => asking.mutate()}>
            {says.askAgain}
          </BusyButton>
          <Text size="sm" role="status">
            {asking.isSuccess ? says.askedAgain : ''}
          </Text>
        </Group>
      </Stack>
    </Alert>
  );
}
