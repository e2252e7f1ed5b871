/** What a sealed text belongs to; it opens nowhere else, so that copying it to another row, or changing what stands beside it, is of no use. */
export type SealContext = {
  teamId: string;
  field: string;
  /** Where the secret may go, in a fixed order. */
  boundTo: readonly (string | number)[];
};

/** The account that an SMTP password is for. */
export type SmtpAccount = { host: string; port: number; security: string; auth: { username: string } };

/**
 * What the password of a team's SMTP account is sealed for: whoever can write the row, but has no key, can't send it to another server, user
 * or in clear. Who seals and who opens both ask here.
 */
export const smtpPasswordContext = (teamId: string, { host, port, security, auth }: SmtpAccount): SealContext => ({
  teamId,
  field: 'smtp.password',
  boundTo: [host, port, security, auth.username],
});
