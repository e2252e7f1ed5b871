// People and their names, as the application that they sign in to reports them.
import { z } from 'zod';
import { emailAddress } from './address.js';
import { teamId, userId } from './identifiers.js';
import { shownLine } from './text.js';

/** `former`: has left the team. What they did there still shows their name, and they get no alerts of the team. */
export const PERSON_ROLES = ['admin', 'member', 'former'] as const;
const role = z.enum(PERSON_ROLES, `must be one of ${PERSON_ROLES.join(', ')}`);

/** Body of `PUT /v1/users/{id}`; `id` is the `sub` of the person's tokens. */
export const personInput = z.strictObject(
  {
    name: shownLine({ max: 200 }),
    email: emailAddress
      .nullish()
      .transform((value) => value ?? null)
      .meta({ description: 'whoever names it vouches for it: alerts go there unless the person has chosen another one' }),
    teams: z
      .record(teamId, role, 'must be an object of roles by team')
      .optional()
      .meta({ description: 'all teams of the person; left out: those where their tokens and documents show that they belong' }),
  },
  'must be an object',
);
export type PersonInput = z.infer<typeof personInput>;

/** Answer of `PUT`: the person as known from now on. */
export const person = z.object({
  id: userId,
  name: z.string(),
  email: z.string().nullable(),
  teams: z.record(z.string(), role).nullable(),
});
export type Person = z.infer<typeof person>;

/** Item of `GET /v1/teams/{teamId}/people`. */
export const teamPerson = z.object({
  id: z.string(),
  name: z.string(),
  /** `null` if the directory does not say. */
  role: role.nullable(),
});
export type TeamPerson = z.infer<typeof teamPerson>;
