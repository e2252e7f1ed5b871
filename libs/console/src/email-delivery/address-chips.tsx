// The chips of a list of addresses. One of them at a time is reached by the arrow keys, so that a list of hundreds is one stop.
import { Button } from '@mantine/core';
import { type Mailbox } from '@billing-mail/contracts';
import { IconAlertTriangle, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, type Ref, useState } from 'react';
import { Address } from '../shell/address.js';
import { useLanguage } from '../words/words-context.js';
import classes from './address-list-field.module.css';

type Props = {
  ref: Ref<HTMLUListElement>;
  label: string;
  list: readonly Mailbox[];
  wrong: readonly { address: string; reason: string }[];
  isReadOnly: boolean;
  onRemove: (address: string) => void;
  /** Called when the arrow keys move past the last chip. */
  onLeave: () => void;
};

const SHOWN_AT_FIRST = 40;

export function AddressChips({ ref, label, list, wrong, isReadOnly, onRemove, onLeave }: Props) {
  const { words } = useLanguage();
  const [isWhole, setIsWhole] = useState(false);
  const wrongOnes = new Set(wrong.map(({ address }) => address));
  // The newest are the ones somebody is working on; wrong ones must be seen.
  const shown = isWhole ? list : list.filter(({ address }, index) => index >= list.length - SHOWN_AT_FIRST || wrongOnes.has(address));
  if (list.length === 0) return null;

  const onKeyDown = (event: KeyboardEvent<HTMLButtonElement>, address: string): void => {
    const chip = event.currentTarget.closest('li');
    const move = (to: Element | null | undefined): void => {
      const button = to?.querySelector('button');
      if (button) button.focus();
      else onLeave();
    };
    if (event.key === 'ArrowLeft') chip?.previousElementSibling?.querySelector('button')?.focus();
    else if (event.key === 'ArrowRight') move(chip?.nextElementSibling);
    else if (event.key === 'Home') chip?.parentElement?.firstElementChild?.querySelector('button')?.focus();
    else if (event.key === 'End') onLeave();
    else if (['Delete', 'Backspace', 'Enter', ' '].includes(event.key)) {
      move(chip?.nextElementSibling ?? chip?.previousElementSibling);
      onRemove(address);
    } else return;
    event.preventDefault();
  };

  return (
    <>
      <ul ref={ref} className={classes.chips} aria-label={label}>
        {shown.map(({ address, name }) => (
          <li key={address} className={classes.chip} data-wrong={wrongOnes.has(address) || undefined}>
            {wrongOnes.has(address) ? <IconAlertTriangle size={14} aria-hidden /> : null}
            <span className="breakable" title={name === undefined ? undefined : address}>
              <Address>{name === undefined ? address : `${name} <${address}>`}</Address>
            </span>
            {isReadOnly ? null : (
              <button
                type="button"
                tabIndex={-1}
                aria-label={words.settings.copies.removeOne(address)}
                onClick={() => onRemove(address)}
                onKeyDown={(event) => onKeyDown(event, address)}
              >
                <IconX size={12} aria-hidden />
              </button>
            )}
          </li>
        ))}
      </ul>
      {shown.length < list.length ? (
        <Button variant="subtle" size="compact-xs" onClick={() => setIsWhole(true)}>
          {words.settings.copies.showAll(list.length)}
        </Button>
      ) : null}
    </>
  );
}
