import { Fragment } from 'react';

/** Shows a text with an address in it. If a line is too short for the address, it breaks before the @, not in the middle of a word. */
export const Address = ({ children }: { children: string }) =>
  children.split(/(?=@)/).map((part, index) => (
    <Fragment key={index}>
      {index === 0 ? null : <wbr />}
      {part}
    </Fragment>
  ));
