// The directory of people: the application that they sign in to fills it, and their teams read it.
import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  page,
  type Page,
  pageQuery,
  person,
  type Person,
  personInput,
  type PersonInput,
  teamPerson,
  type TeamPerson,
  userId,
} from '@billing-mail/contracts';
import {
  type Caller,
  CurrentCaller,
  decodeCursor,
  encodeCursor,
  jsonSchema,
  ServicesOnly,
  TeamAccess,
  ZodPipe,
} from '@billing-mail/platform';
import { z } from 'zod';
import { ContactStore } from '../preferences/contact.store.js';
import { PeopleStore } from './people.store.js';

@ApiTags('people')
@Controller('v1')
export class PeopleController {
  constructor(
    private readonly people: PeopleStore,
    private readonly contacts: ContactStore,
  ) {}

  @Put('users/:id')
  @ServicesOnly()
  @ApiOperation({
    summary: 'Says who a user is, in place of what was said before',
    description: 'For the application that people sign in to. From then on their teams see the name in place of the id.',
  })
  @ApiParam({ name: 'id', description: 'the `sub` of their tokens' })
  @ApiBody({ schema: jsonSchema(personInput, 'input') })
  @ApiResponse({ status: 200, schema: jsonSchema(person) })
  replace(@Param('id', new ZodPipe(userId)) id: string, @Body(new ZodPipe(personInput)) body: PersonInput): Promise<Person> {
    return this.people.replace(id, body);
  }

  @Delete('users/:id')
  @HttpCode(204)
  @ServicesOnly()
  @ApiOperation({
    summary: 'Forgets who a user is; safe to repeat',
    description:
      'Their teams see the id again, and no alert is sent to them by e-mail until a token or a document shows that they belong to a team.',
  })
  @ApiParam({ name: 'id', description: 'the `sub` of their tokens' })
  @ApiResponse({ status: 204, description: 'They are not in the directory any more' })
  remove(@Param('id', new ZodPipe(userId)) id: string): Promise<void> {
    return this.people.remove(id);
  }

  @Get('teams/:teamId/people')
  @TeamAccess('read')
  @ApiOperation({ summary: "The team's people by name, in the order of their ids", description: 'Addresses are not shown.' })
  @ApiParam({ name: 'teamId' })
  @ApiQuery({ name: 'limit', required: false, schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 } })
  @ApiQuery({ name: 'cursor', required: false, schema: { type: 'string' } })
  @ApiResponse({ status: 200, schema: jsonSchema(page(teamPerson)) })
  async ofTeam(
    @Param('teamId') teamId: string,
    @Query(new ZodPipe(pageQuery)) { limit, cursor }: z.output<typeof pageQuery>,
    @CurrentCaller() caller: Caller,
  ): Promise<Page<TeamPerson>> {
    await this.contacts.learnMember(caller);
    const found = await this.people.ofTeam(teamId, { after: decodeCursor(z.string(), cursor), limit: limit + 1 });
    const items = found.slice(0, limit);
    return { items, nextCursor: found.length > limit ? encodeCursor(items.at(-1)?.id) : null };
  }
}
