import { Fragment, type ReactNode } from 'react';

/**
 * Shows a text with addresses or fingerprints in it. An address goes to the next line if it does not fit on this one, and breaks before the @
 * if no line is long enough for it. A fingerprint breaks after a colon; a time has fewer colons than that.
 */
export const Address = ({ children }: { children: string }) =>
  children.split(/(\S*@\S*)/).map((part, index) =>
    index % 2 === 1 ? (
      <span key={index} className="address">
        {breakable(part, /(?=@)/)}
      </span>
    ) : (
      <Fragment key={index}>{breakable(part, /(?<=(?:[0-9A-F]{2}:){3})/)}</Fragment>
    ),
  );

const breakable = (text: string, where: RegExp): ReactNode[] =>
  text.split(where).flatMap((part, index) => (index === 0 ? [part] : [<wbr key={index} />, part]));
