import { Fragment } from 'react';

/**
 * Shows a text with an address or a fingerprint in it. If a line is too short for it, an address breaks before the @, not in the middle of a
 * word, and a fingerprint after a colon. A time has fewer colons than that.
 */
export const Address = ({ children }: { children: string }) =>
  children.split(/(?=@)|(?<=(?:[0-9A-F]{2}:){3})/).map((part, index) => (
    <Fragment key={index}>
      {index === 0 ? null : <wbr />}
      {part}
    </Fragment>
  ));
