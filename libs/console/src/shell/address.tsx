import { Fragment } from 'react';

/** A text with addresses in it: where a line is too short for one, it goes on with the @ on the next one, not in the middle of a word. */
export const Address = ({ children }: { children: string }) =>
  children.split(/(\S*@\S*)/).map((part, index) => <Fragment key={index}>{index % 2 === 0 ? part : withBreaks(part)}</Fragment>);

/** A line would also end behind a hyphen; overlong addresses still break where they must. */
const withBreaks = (address: string) =>
  address.split(/(@|-+[^-@]?)/).map((part, index) =>
    part === '@' ? (
      <Fragment key={index}>
        <wbr />@
      </Fragment>
    ) : index % 2 === 0 ? (
      part
    ) : (
      <span key={index} style={{ whiteSpace: 'nowrap' }}>
        {part}
      </span>
    ),
  );
