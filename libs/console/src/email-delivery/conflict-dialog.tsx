// Somebody else saved while this form was open: shows what they changed, what the reader changed, and the two ways to go on.
import { Button, Modal, Table, Text } from '@mantine/core';
import { type EmailDeliveryView } from '@billing-mail/contracts';
import { useNameOf } from '../people/people-queries.js';
import { Address } from '../shell/address.js';
import { DialogFoot } from '../shell/dialog-foot.js';
import { type Catalogue } from '../words/catalogues.js';
import { useLanguage } from '../words/words-context.js';
import classes from './conflict-dialog.module.css';
import { changedFields, DRAFT_FIELDS, type Draft, isFile, type Pointer, POINTERS, toDraft } from './draft.js';
import { sayValue } from './say-value.js';

type Props = { team: string; base: Draft; mine: Draft; theirs: EmailDeliveryView; onMerge: () => void; onTakeTheirs: () => void };

/** Always rendered, whether open or not: a dialog that was not rendered before could not give the focus back. */
export function ConflictDialog({ theirs, ...rest }: Omit<Props, 'theirs'> & { theirs: EmailDeliveryView | null }) {
  return (
    <Modal
      opened={theirs !== null}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={useLanguage().words.settings.conflict.title}
      size="xl"
      centered
      transitionProps={{ exitDuration: 0 }}
    >
      {theirs === null ? null : <Conflict theirs={theirs} {...rest} />}
    </Modal>
  );
}

function Conflict({ team, base, mine, theirs, onMerge, onTakeTheirs }: Props) {
  const { words, formats } = useLanguage();
  const { conflict, fields } = words.settings;
  const nameOf = useNameOf(team);
  const theirDraft = toDraft(theirs, theirs.locale);
  const mineChanged = changedFields(base, mine);
  const theirsChanged = changedFields(base, theirDraft);
  const concerned = POINTERS.filter((pointer) => mineChanged.includes(pointer) || theirsChanged.includes(pointer));
  const say = (draft: Draft, pointer: Pointer, changed: Pointer[]): string =>
    changed.includes(pointer) ? describe(draft, pointer, words) : conflict.untouched;
  return (
    <>
      <Text mb="md" className="breakable">
        {conflict.who(nameOf(theirs.updatedBy), formats.inSentence(theirs.updatedAt))}
      </Text>
      <Table mb="md" layout="fixed" horizontalSpacing={4} className={classes.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="38%">{conflict.field}</Table.Th>
            <Table.Th>{conflict.theirs}</Table.Th>
            <Table.Th>{conflict.mine}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {concerned.map((pointer) => (
            <Table.Tr key={pointer}>
              <Table.Th scope="row" className="breakable">
                {fields[pointer]}
              </Table.Th>
              <Table.Td className="breakable">
                <Address>{say(theirDraft, pointer, theirsChanged)}</Address>
              </Table.Td>
              <Table.Td className="breakable">
                <Address>{say(mine, pointer, mineChanged)}</Address>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm" c="dimmed" mb="md">
        {conflict.keepMineHint}
      </Text>
      <DialogFoot>
        <Button variant="default" onClick={onTakeTheirs}>
          {conflict.takeTheirs}
        </Button>
        <Button onClick={onMerge} data-autofocus>
          {conflict.keepMine}
        </Button>
      </DialogFoot>
    </>
  );
}

function describe(draft: Draft, pointer: Pointer, words: Catalogue): string {
  const { trust, conflict, preview } = words.settings;
  const value = draft[DRAFT_FIELDS[pointer]];
  if (pointer === '/smtp/auth/password' || pointer === '/smtp/tls/clientCertificate/passphrase') return conflict.hidden;
  if ((pointer === '/smtp/tls/ca' || pointer === '/smtp/tls/pin') && typeof value === 'string' && value.startsWith('-----'))
    return trust.certificate;
  if (Array.isArray(value)) {
    const shown = value.slice(0, 5).map((each) => (typeof each === 'string' ? each : each.address));
    const more = value.length - shown.length;
    return [...shown, ...(more > 0 ? [preview.more(more)] : [])].join(', ') || conflict.empty;
  }
  if (value === null || typeof value !== 'object') return sayValue(pointer, value, words);
  return isFile(value) ? value.name : value.subject;
}
