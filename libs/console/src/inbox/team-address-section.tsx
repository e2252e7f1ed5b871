// The mailbox of the team that gets its alerts besides the people of the team: administrators change it, and whoever reads it confirms it.
import { Paper, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { type TeamAlertAddress } from '@billing-mail/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ask } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { ProblemError } from '../api/problem.js';
import { useShowAnswer } from '../api/use-show-answer.js';
import { type TeamRole } from '../session/read-token.js';
import { Address } from '../shell/address.js';
import { Trouble } from '../shell/trouble.js';
import { sayFieldMessage } from '../words/field-messages.js';
import { useLanguage } from '../words/words-context.js';
import { ConfirmAddress } from './confirm-address.js';
import { SaveRow } from './save-row.js';

const keyOf = (team: string) => ['team-alert-address', team] as const;
const PATH = '/v1/teams/{teamId}/alert-address';

export function TeamAddressSection({ team, role }: { team: string; role: TeamRole }) {
  const says = useLanguage().words.inbox.teamAddress;
  const { notifications } = useClients();
  const { data, error, refetch } = useQuery({
    queryKey: keyOf(team),
    queryFn: async (): Promise<TeamAlertAddress> => ask(notifications.GET(PATH, { params: { path: { teamId: team } } })),
  });
  return (
    <Paper component="section" aria-label={says.title(team)} withBorder p="lg" radius="md" mt="xl">
      <Title order={2} size="h4" className="breakable">
        {says.title(team)}
      </Title>
      <Text c="dimmed" size="sm" mb="md">
        {says.lead}
      </Text>
      <Stack gap="md" maw="28rem">
        {data ? <Shown team={team} role={role} stored={data} /> : null}
        {!data && error ? <Trouble error={error} onRetry={() => void refetch()} /> : null}
        {!data && !error ? <Skeleton height={80} /> : null}
      </Stack>
    </Paper>
  );
}

function Shown({ team, role, stored }: { team: string; role: TeamRole; stored: TeamAlertAddress }) {
  const says = useLanguage().words.inbox.teamAddress;
  return (
    <>
      {role === 'admin' ? (
        <AddressForm team={team} stored={stored} />
      ) : (
        <Text size="sm" className="breakable">
          <Address>{stored.alertTo ?? says.none}</Address>
        </Text>
      )}
      {stored.alertTo !== null && !stored.confirmed ? <ConfirmTeamAddress team={team} address={stored.alertTo} /> : null}
    </>
  );
}

function ConfirmTeamAddress({ team, address }: { team: string; address: string }) {
  const { notifications } = useClients();
  const show = useShowAnswer();
  const params = { path: { teamId: team } };
  return (
    <ConfirmAddress
      address={address}
      of="team"
      hint={useLanguage().words.inbox.teamAddress.confirmHint}
      confirm={async (code) => show(keyOf(team), await ask(notifications.POST(`${PATH}/confirmation`, { params, body: { code } })))}
      askAgain={async () => void (await ask(notifications.POST(`${PATH}/confirmation-email`, { params })))}
    />
  );
}

function AddressForm({ team, stored }: { team: string; stored: TeamAlertAddress }) {
  const { words, locale } = useLanguage();
  const says = words.inbox.teamAddress;
  const { notifications } = useClients();
  const show = useShowAnswer();
  const [alertTo, setAlertTo] = useState(stored.alertTo);
  const saving = useMutation({
    mutationFn: async (): Promise<TeamAlertAddress> =>
      ask(notifications.PUT(PATH, { params: { path: { teamId: team } }, body: { alertTo } })),
    onSuccess: (saved) => show(keyOf(team), saved),
  });
  const failure = saving.error;
  const wrong = failure instanceof ProblemError ? failure.errors.find(({ pointer }) => pointer === '/alertTo') : undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput
          label={says.address}
          description={says.addressHint}
          type="email"
          autoComplete="off"
          value={alertTo ?? ''}
          error={wrong && sayFieldMessage(wrong.message, locale)}
          onChange={(event) => {
            saving.reset();
            setAlertTo(event.currentTarget.value.trim() || null);
          }}
        />
        {failure && !wrong ? <Trouble error={failure} /> : null}
        <SaveRow saving={saving} save={says.save} />
      </Stack>
    </form>
  );
}
