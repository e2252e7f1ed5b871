// What a delivery says, and the files to keep: the documents, and the message as it went out.
import { Group, Paper, SegmentedControl, Text, Title, useMantineStyleNonce } from '@mantine/core';
import { type DeliveryContent, type DeliveryView } from '@billing-mail/contracts';
import { IconDownload, IconExternalLink, IconPaperclip } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useClients } from '../api/clients-context.js';
import { useNameOf } from '../people/people-queries.js';
import { BusyButton } from '../shell/busy-button.js';
import { TermList } from '../shell/term-list.js';
import { Trouble } from '../shell/trouble.js';
import { useLanguage } from '../words/words-context.js';
import { saveBytes, showPdf } from './save-file.js';
import { toFramedPage } from './framed-page.js';
import { readAttachment, readMessage, useContent } from './sent-message-queries.js';
import classes from './sent-message.module.css';

type Mailbox = DeliveryContent['to'][number];
const inFull = ({ address, name }: Mailbox): string => (name === null ? address : `${name} <${address}>`);

export function SentMessage({ team, delivery }: { team: string; delivery: DeliveryView }) {
  const words = useLanguage().words.deliveries.message;
  const { data, error, refetch } = useContent(team, delivery.id);
  return (
    <Paper component="section" aria-label={words.title} withBorder p="lg" radius="md" mt="lg">
      <Title order={2} size="h4" mb="md">
        {words.title}
      </Title>
      {error ? <Trouble error={error} onRetry={() => void refetch()} /> : null}
      {data ? (
        <>
          <Header team={team} content={data} />
          <Body content={data} />
          <Files team={team} id={delivery.id} content={data} />
        </>
      ) : null}
    </Paper>
  );
}

function Header({ team, content: { from, replyTo, to, cc, subject, requestedBy } }: { team: string; content: DeliveryContent }) {
  const words = useLanguage().words.deliveries.message;
  const nameOf = useNameOf(team);
  return (
    <TermList
      className={classes.lines}
      lines={[
        [words.from, from === null ? words.notKnownYet : inFull(from)],
        [words.replyTo, replyTo],
        [words.to, to.length === 0 ? null : to.map(inFull).join(', ')],
        [words.cc, cc.length === 0 ? null : cc.map(inFull).join(', ')],
        [words.subject, subject],
        [words.requestedBy, requestedBy && nameOf(requestedBy)],
      ]}
    />
  );
}

function Body({ content: { text, html } }: { content: DeliveryContent }) {
  const words = useLanguage().words.deliveries.message;
  const [form, setForm] = useState<'html' | 'text'>('html');
  if (html === null) return <pre className={classes.text}>{text}</pre>;
  const forms = [
    { value: 'html', label: words.asHtml },
    { value: 'text', label: words.asText },
  ];
  return (
    <>
      <SegmentedControl
        aria-label={words.form}
        size="xs"
        mb="xs"
        data={forms}
        value={form}
        onChange={(value) => setForm(value as 'html' | 'text')}
      />
      {form === 'html' ? <Frame html={html} /> : <pre className={classes.text}>{text}</pre>}
    </>
  );
}

function Frame({ html }: { html: string }) {
  const words = useLanguage().words.deliveries.message;
  const nonce = useMantineStyleNonce()?.() ?? '';
  const page = useMemo(() => toFramedPage(html, nonce), [html, nonce]);
  return (
    <>
      <iframe className={classes.frame} sandbox="" srcDoc={page} title={words.frame} />
      <Text size="xs" c="dimmed" mt={4}>
        {words.nothingLoaded}
      </Text>
    </>
  );
}

function Files({ team, id, content }: { team: string; id: string; content: DeliveryContent }) {
  const { words, formats } = useLanguage();
  const { message, routes } = words.deliveries;
  const { dispatcher } = useClients();
  return (
    <ul className={`plain-list ${classes.files}`} aria-label={message.files}>
      {content.attachments.map(({ position, filename, contentType, size }) => (
        <li key={position}>
          <IconPaperclip size={16} aria-hidden />
          <div>
            <Text className="breakable">{filename}</Text>
            <Text size="xs" c="dimmed" className="breakable">
              {contentType}, {formats.size(size)}
            </Text>
          </div>
          <FileButtons
            name={filename}
            canBeShown={contentType === 'application/pdf'}
            read={() => readAttachment(dispatcher, team, id, position)}
          />
        </li>
      ))}
      {content.messages.map((sent) => (
        <li key={sent.route}>
          <IconPaperclip size={16} aria-hidden />
          <div>
            <Text>{message.whole(content.messages.length > 1 ? routes[sent.route] : null)}</Text>
            <Text size="xs" c="dimmed" className="breakable">
              {formats.size(sent.size)}, SHA-256 {sent.sha256}
            </Text>
          </div>
          <FileButtons name={`${id}.eml`} canBeShown={false} read={() => readMessage(dispatcher, team, id, sent.route)} />
        </li>
      ))}
    </ul>
  );
}

/** Buttons that save a file, and that open one that browsers can show in a tab of its own. */
function FileButtons({ name, canBeShown, read }: { name: string; canBeShown: boolean; read: () => Promise<Blob> }) {
  const words = useLanguage().words.deliveries.message;
  const saving = useMutation({ mutationFn: async () => saveBytes(name, await read()) });
  const opening = useMutation({
    mutationFn: async (tab: Window | null) => showPdf(tab, name, await read()),
    onError: (_, tab) => tab?.close(),
  });
  return (
    <div className={classes.save}>
      <Group gap="xs" wrap="nowrap">
        {canBeShown ? (
          <FileButton
            label={words.openFile(name)}
            icon={IconExternalLink}
            busy={opening.isPending}
            onClick={() => opening.mutate(window.open('', '_blank'))}
          >
            {words.openShort}
          </FileButton>
        ) : null}
        <FileButton label={words.save(name)} icon={IconDownload} busy={saving.isPending} onClick={() => saving.mutate()}>
          {words.saveShort}
        </FileButton>
      </Group>
      {opening.error ? <Trouble error={opening.error} title={words.notOpened} /> : null}
      {saving.error ? <Trouble error={saving.error} title={words.notSaved} /> : null}
    </div>
  );
}

type FileButtonProps = { label: string; icon: typeof IconDownload; busy: boolean; onClick: () => void; children: string };

function FileButton({ label, icon: Icon, ...props }: FileButtonProps) {
  return <BusyButton variant="default" size="xs" aria-label={label} leftSection={<Icon size={14} aria-hidden />} {...props} />;
}
