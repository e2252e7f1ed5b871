// The certificate that signs what goes out by the team's own server: which one is set, how to set another, and how to remove it.
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { type CertificateView } from '@billing-mail/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useClients } from '../api/clients-context.js';
import { useNameOf } from '../people/people-queries.js';
import { TermList } from '../shell/term-list.js';
import { useLanguage } from '../words/words-context.js';
import { AskFirstButton } from './ask-first-button.js';
import { CertificateForm } from './certificate-form.js';
import { removeCertificate } from './certificate-queries.js';
import classes from './certificate-section.module.css';
import { useEditing } from './editing.js';
import { useRefreshOwnServer } from './mail-connection-queries.js';
import { Section } from './section.js';
import { useSetRecord } from './settings-queries.js';

type Props = {
  team: string;
  certificate: CertificateView | null;
  /** Whether a server with its sender address is stored: the certificate must belong to that address. */
  hasServer: boolean;
};

export function CertificateSection({ team, certificate, hasServer }: Props) {
  const words = useLanguage().words.ownServer.certificate;
  const { isReadOnly } = useEditing();
  const [isReplacing, setIsReplacing] = useState(false);
  const [said, setSaid] = useState('');
  const isAsking = hasServer && !isReadOnly && (certificate === null || isReplacing);
  return (
    <Section pointer="/certificate" title={words.title}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {certificate === null ? words.leadNone : words.lead}
        </Text>
        {certificate === null ? <Text size="sm">{words.none}</Text> : <Shown team={team} certificate={certificate} />}
        {hasServer || isReadOnly ? null : <Text size="sm">{words.serverFirst}</Text>}
        {isAsking ? (
          <CertificateForm
            team={team}
            onKeep={certificate === null ? null : () => setIsReplacing(false)}
            onSet={() => {
              setIsReplacing(false);
              setSaid(words.isSet);
            }}
          />
        ) : null}
        {certificate === null || isReadOnly || isReplacing ? null : (
          <Group gap="xs">
            <Button variant="default" size="xs" onClick={() => setIsReplacing(true)}>
              {words.replace}
            </Button>
            <RemoveButton team={team} onRemoved={() => setSaid(words.removed)} />
          </Group>
        )}
      </Stack>
      <Text size="sm" mt={said === '' ? 0 : 'sm'} role="status">
        {said}
      </Text>
    </Section>
  );
}

const SOON_MS = 30 * 24 * 60 * 60 * 1000;

function Shown({ team, certificate }: { team: string; certificate: CertificateView }) {
  const { words, formats } = useLanguage();
  const says = words.ownServer.certificate;
  const { subject, addresses, issuer, fingerprint, validTo } = certificate;
  const record = useSetRecord(team, 'certificate', true);
  const nameOf = useNameOf(team);
  const [openedAt] = useState(() => Date.now());
  const leftMs = Date.parse(validTo) - openedAt;
  const until = formats.inSentence(validTo);
  return (
    <>
      {leftMs > SOON_MS ? null : (
        <Alert color={leftMs > 0 ? 'yellow' : 'red'} variant="outline" role="alert">
          {leftMs > 0 ? says.endsSoon(until) : says.ended(until)}
        </Alert>
      )}
      <TermList
        className={classes.lines}
        lines={[
          [says.subject, subject],
          [says.addresses, addresses.join(', ')],
          [says.issuer, issuer],
          [says.validTo, formats.dateTime(validTo)],
          [says.fingerprint, fingerprint],
        ]}
      />
      {record ? (
        <Text size="sm" c="dimmed" className="breakable">
          {says.set(formats.inSentence(record.changedAt), nameOf(record.changedBy))}
        </Text>
      ) : null}
    </>
  );
}

function RemoveButton({ team, onRemoved }: { team: string; onRemoved: () => void }) {
  const { remove: open, removeTitle: title, removeText: text, removeNo: no } = useLanguage().words.ownServer.certificate;
  const clients = useClients();
  const refresh = useRefreshOwnServer(team);
  const removing = useMutation({
    mutationFn: () => removeCertificate(clients, team),
    onSuccess: () => {
      refresh();
      onRemoved();
    },
  });
  return <AskFirstButton words={{ open, title, text, no }} doing={removing} />;
}
