// A list of addresses as chips: typed or pasted, wrong ones marked with their reason, duplicates dropped, usable with hundreds.
import { Button, Group, Input, Text, VisuallyHidden } from '@mantine/core';
import { type Mailbox } from '@billing-mail/contracts';
import { type ClipboardEvent, type KeyboardEvent, useId, useMemo, useRef, useState } from 'react';
import { Address } from '../shell/address.js';
import { afterPress } from '../shell/after-press.js';
import { sayFieldMessage } from '../words/field-messages.js';
import { useLanguage } from '../words/words-context.js';
import { AddressChips } from './address-chips.js';
import classes from './address-list-field.module.css';
import { useField } from './editing.js';
import { type CopyPointer } from './type-copies.js';
import { addAddresses, readAddressList, wrongAddresses } from './read-address-list.js';

type Props = { pointer: '/cc' | '/bcc' | CopyPointer; label: string; hint: string; list: Mailbox[]; onChange: (list: Mailbox[]) => void };

const SHOWN_AT_FIRST = 40;
const WRONG_SHOWN = 5;
const SEPARATORS = ['Enter', ',', ';'];

export function AddressListField({ pointer, label, hint, list, onChange }: Props) {
  const { words, locale } = useLanguage();
  const copies = words.settings.copies;
  const { id, error, readOnly } = useField(pointer);
  const hintId = useId();
  const input = useRef<HTMLInputElement>(null);
  const chips = useRef<HTMLUListElement>(null);
  const [typed, setTyped] = useState('');
  const [announcement, setAnnouncement] = useState('');
  const [isWhole, setIsWhole] = useState(false);
  const wrong = useMemo(() => wrongAddresses(list), [list]);
  const wrongOnes = new Set(wrong.map(({ address }) => address));
  // Somebody is working on the newest addresses, and the wrong ones must be seen.
  const shown = isWhole ? list : list.filter(({ address }, index) => index >= list.length - SHOWN_AT_FIRST || wrongOnes.has(address));

  const add = (text: string): void => {
    const result = addAddresses(list, readAddressList(text));
    if (result.added > 0) onChange(result.list);
    if (result.added > 0) setAnnouncement(copies.added(result.added, result.doubles));
    else if (result.doubles > 0) setAnnouncement(copies.onlyDoubles(result.doubles));
    // More addresses push the input out of sight. If the focus has left it, nothing scrolls.
    requestAnimationFrame(() => {
      if (input.current === document.activeElement) input.current?.scrollIntoView({ block: 'nearest' });
    });
  };
  const commit = (): void => {
    add(typed);
    setTyped('');
  };
  const remove = (addresses: readonly string[]): void => {
    onChange(list.filter(({ address }) => !addresses.includes(address)));
    const [first] = addresses;
    if (addresses.length === 1 && first !== undefined) setAnnouncement(copies.removed(first));
  };
  const correct = (address: string): void => {
    remove([address]);
    setTyped(address);
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (SEPARATORS.includes(event.key) && !event.nativeEvent.isComposing) {
      // Enter in an empty field sends the form, as in any other field.
      if (event.key === 'Enter' && typed.trim() === '') return;
      event.preventDefault();
      commit();
    } else if (['ArrowLeft', 'Backspace'].includes(event.key) && typed === '') {
      chips.current?.querySelector<HTMLButtonElement>('li:last-of-type button')?.focus();
    }
  };
  const onPaste = (event: ClipboardEvent<HTMLInputElement>): void => {
    const text = event.clipboardData.getData('text/plain');
    if (typed !== '' || !/[\n\t,;@]/.test(text)) return;
    event.preventDefault();
    add(text);
  };

  return (
    <Input.Wrapper label={label} description={hint} error={wrong.length === 0 ? error : null} labelProps={{ htmlFor: id }}>
      <div
        className={classes.box}
        data-error={error !== null || wrong.length > 0 || undefined}
        data-readonly={readOnly || undefined}
        // There is nothing to see or to enter: the count below says so.
        hidden={readOnly && list.length === 0}
        onClick={() => input.current?.focus()}
      >
        <AddressChips
          ref={chips}
          label={label}
          list={shown}
          wrong={wrongOnes}
          isReadOnly={readOnly}
          onRemove={(address) => remove([address])}
          onLeave={() => input.current?.focus()}
        />
        {readOnly ? null : (
          <input
            ref={input}
            id={id}
            className={classes.input}
            value={typed}
            placeholder={list.length === 0 ? copies.placeholder : undefined}
            aria-describedby={hintId}
            aria-invalid={wrong.length > 0 || undefined}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            inputMode="email"
            onChange={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
            onBlur={(event) => afterPress(event.currentTarget, commit)}
          />
        )}
      </div>
      <VisuallyHidden id={hintId}>{copies.add}</VisuallyHidden>
      <VisuallyHidden role="status">{announcement}</VisuallyHidden>
      <Group justify="space-between" mt={4} mih={22}>
        <Group gap="xs">
          <Text size="xs" c="dimmed">
            {list.length === 0 ? copies.none : copies.count(list.length - wrong.length)}
          </Text>
          {shown.length < list.length ? (
            <Button
              variant="subtle"
              size="compact-xs"
              px={0}
              onClick={() => {
                setIsWhole(true);
                // The button is gone now, so the input takes the focus.
                input.current?.focus();
              }}
            >
              {copies.showAll(list.length)}
            </Button>
          ) : null}
        </Group>
        {!readOnly && list.length > 1 ? (
          <Button
            variant="subtle"
            size="compact-xs"
            px={0}
            ml="auto"
            onClick={() => onChange([])}
            aria-label={`${label}: ${copies.removeAll}`}
          >
            {copies.removeAll}
          </Button>
        ) : null}
      </Group>
      {wrong.length > 0 ? (
        <div className={classes.wrong}>
          <Text size="sm" fw={500}>
            {copies.wrong(wrong.length)}
          </Text>
          <ul>
            {wrong.slice(0, WRONG_SHOWN).map(({ address, reason }) => (
              <li key={address} className="breakable">
                <strong>
                  <Address>{address}</Address>
                </strong>{' '}
                {sayFieldMessage(reason, locale)}{' '}
                {readOnly ? null : (
                  <Button variant="default" size="compact-xs" onClick={() => correct(address)} aria-label={copies.correctOne(address)}>
                    {copies.correct}
                  </Button>
                )}
              </li>
            ))}
            {wrong.length > WRONG_SHOWN ? <li>{words.settings.preview.more(wrong.length - WRONG_SHOWN)}</li> : null}
          </ul>
          {readOnly || wrong.length === 1 ? null : (
            <Button variant="default" size="compact-xs" onClick={() => remove(wrong.map(({ address }) => address))}>
              {copies.removeWrong}
            </Button>
          )}
        </div>
      ) : null}
    </Input.Wrapper>
  );
}
