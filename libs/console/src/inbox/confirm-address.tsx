// The code from the e-mail, which shows that the reader reads the address, be it their own or the team's. A link in the e-mail fills it in.
import { Alert, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type KeyboardEvent, useState } from 'react';
import { useSearch } from 'wouter';
import { ProblemError } from '../api/problem.js';
import { Address } from '../shell/address.js';
import { BusyButton } from '../shell/busy-button.js';
import { useFocusIf } from '../shell/focus-if.js';
import { Trouble } from '../shell/trouble.js';
import { useLanguage } from '../words/words-context.js';

type Props = {
  address: string;
  /** Whose address it is. A link fills in the code only if it names the same. */
  of: 'user' | 'team';
  hint: string;
  confirm: (code: string) => Promise<void>;
  askAgain: () => Promise<void>;
};

export function ConfirmAddress({ address, of, hint, confirm, askAgain }: Props) {
  const says = useLanguage().words.inbox.preferences;
  const link = new URLSearchParams(useSearch());
  const isOfLink = (link.get('for') === 'team') === (of === 'team');
  const linked = isOfLink ? link.get('confirm') : null;
  const [code, setCode] = useState(linked ?? '');
  const confirming = useMutation({ mutationFn: () => confirm(code) });
  const asking = useMutation({ mutationFn: askAgain });
  const failure = confirming.error;
  const isWrong = failure instanceof ProblemError && failure.errors.some(({ pointer }) => pointer === '/code');
  // A reader who comes by the link only has to confirm.
  const button = useFocusIf<HTMLButtonElement>(linked !== null);
  const confirmByEnter = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return;
    // The field may stand in a form of its own, which Enter would submit.
    event.preventDefault();
    if (code !== '' && !confirming.isPending) confirming.mutate();
  };
  return (
    <Alert color="yellow" variant="outline" title={<Address>{says.unconfirmed(address)}</Address>}>
      <Stack gap="sm">
        <Text size="sm">{code !== '' && code === linked && !isWrong ? says.filledIn : hint}</Text>
        <TextInput
          label={says.code}
          autoComplete="one-time-code"
          value={code}
          error={isWrong && says.wrongCode}
          onChange={(event) => {
            confirming.reset();
            setCode(event.currentTarget.value.trim());
          }}
          onKeyDown={confirmByEnter}
        />
        {failure && !isWrong ? <Trouble error={failure} /> : null}
        {asking.error ? <Trouble error={asking.error} /> : null}
        <Group>
          <BusyButton ref={button} busy={confirming.isPending} disabled={code === ''} onClick={() => confirming.mutate()}>
            {says.confirm}
          </BusyButton>
          <BusyButton variant="default" busy={asking.isPending} onClick={() => asking.mutate()}>
            {says.askAgain}
          </BusyButton>
        </Group>
      </Stack>
      <Text size="sm" mt={asking.isSuccess ? 'sm' : 0} role="status">
        {asking.isSuccess ? says.askedAgain : ''}
      </Text>
    </Alert>
  );
}
