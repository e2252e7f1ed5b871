import { Fragment } from 'react';

/** A text with an address in it: where a line is too short for it, it goes on with the @ on the next one, not in the middle of a word. */
export const Address = ({ children }: { children: string }) =>
  children.split(/(?=@)/).map((part, index) => (
    <Fragment key={index}>
      {index === 0 ? null : <wbr />}
      {part}
    </Fragment>
  ));
