// The chips of a list of addresses. The arrow keys reach them from the input, so that a list of hundreds is a single tab stop.
import { type Mailbox } from '@billing-mail/contracts';
import { IconAlertTriangle, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, type Ref } from 'react';
import { Address } from '../shell/address.js';
import { useLanguage } from '../words/words-context.js';
import classes from './address-list-field.module.css';

type Props = {
  ref: Ref<HTMLUListElement>;
  label: string;
  list: readonly Mailbox[];
  wrong: ReadonlySet<string>;
  isReadOnly: boolean;
  onRemove: (address: string) => void;
  /** Called when the arrow keys move past the last chip. */
  onLeave: () => void;
};

export function AddressChips({ ref, label, list, wrong, isReadOnly, onRemove, onLeave }: Props) {
  const { words } = useLanguage();
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
    <ul ref={ref} className={classes.chips} aria-label={label}>
      {list.map(({ address, name }) => (
        <li key={address} className={classes.chip} data-wrong={wrong.has(address) || undefined}>
          {wrong.has(address) ? <IconAlertTriangle size={14} aria-hidden /> : null}
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
  );
}
