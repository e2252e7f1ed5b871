// Shows how a mail looks to the customer with the present content of the form.
import { Badge, Text } from '@mantine/core';
import { explainRecipient, type Mailbox } from '@billing-mail/contracts';
import { IconPaperclip, IconRosetteDiscountCheck } from '@tabler/icons-react';
import { useClients } from '../api/clients-context.js';
import { Address } from '../shell/address.js';
import { TermList } from '../shell/term-list.js';
import { useLanguage } from '../words/words-context.js';
import { useEditing } from './editing.js';
import classes from './mail-preview.module.css';

const COPIES_NAMED = 3;

export function MailPreview() {
  const { words } = useLanguage();
  const preview = words.settings.preview;
  const { platformFromAddress } = useClients().config;
  const { draft, ownSignature } = useEditing();
  const isOwn = draft.sender === 'custom';
  const signature = isOwn ? ownSignature : 'valid';
  const name = (isOwn ? draft.fromName.trim() : '') || draft.companyName.trim();
  const address = isOwn ? draft.fromAddress.trim() || preview.missingAddress : platformFromAddress;
  // The sample is an invoice. An address that cannot be used gets no mail, so it is left out.
  const [usable, hidden] = [
    [...draft.cc, ...draft['/copies/invoice/cc']],
    [...draft.bcc, ...draft['/copies/invoice/bcc']],
  ].map((list) => list.filter((each) => explainRecipient(each.address) === null)) as [Mailbox[], Mailbox[]];
  const more = usable.length - COPIES_NAMED;
  const copies = usable.slice(0, COPIES_NAMED).map(({ name: called, address: to }) => (called === undefined ? to : `${called} <${to}>`));
  return (
    <figure className={classes.mail} aria-label={preview.title}>
      <figcaption className={classes.caption}>{preview.title}</figcaption>
      <div className={classes.sender}>
        <span className={classes.avatar} aria-hidden>
          {Array.from(name)[0]?.toLocaleUpperCase()}
        </span>
        <div className={classes.from}>
          <Text fw={600} {...(name === '' ? { c: 'dimmed' } : {})} className="breakable" lineClamp={4}>
            {name || preview.nobody}
          </Text>
          {address === null ? null : (
            <Text size="sm" c="dimmed" className="breakable">
              <Address>{address}</Address>
            </Text>
          )}
        </div>
        <Badge
          className={classes[signature]}
          leftSection={signature === 'valid' ? <IconRosetteDiscountCheck size={14} aria-hidden /> : null}
          tt="none"
        >
          {preview.signature[signature]}
        </Badge>
      </div>
      <TermList
        className={classes.lines}
        lines={[
          [preview.replyTo, draft.replyTo.trim() || null],
          [preview.to, preview.sampleTo],
          [preview.cc, copies.length === 0 ? null : [...copies, ...(more > 0 ? [preview.more(more)] : [])].join(', ')],
          [preview.subject, preview.sampleSubject],
        ]}
      />
      <Text size="sm" className={classes.file}>
        <IconPaperclip size={14} aria-hidden /> {preview.sampleFile}
      </Text>
      {hidden.length > 0 ? (
        <Text size="sm" c="dimmed" mt="sm">
          {preview.hidden(hidden.length)}
        </Text>
      ) : null}
    </figure>
  );
}
