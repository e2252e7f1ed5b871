// Incidents of a team over HTTP. An incident is trouble that has one cause, on one of the team's routes.
import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type IncidentList, incidentList, type IncidentView, incidentView, type Locale } from '@billing-mail/contracts';
import { explainFailure, whereToMend } from '@billing-mail/mail-core';
import { ApiReaderLocale, jsonSchema, notFound, RateLimit, ReaderLocale, TeamAccess } from '@billing-mail/platform';
import { z } from 'zod';
import { type IncidentRecord, IncidentsStore } from '../records/incidents.store.js';

const MOST = 100;

@ApiTags('incidents')
@ApiReaderLocale('English')
@Controller('v1/teams/:teamId/incidents')
export class IncidentsController {
  constructor(private readonly store: IncidentsStore) {}

  @Get()
  @TeamAccess('read')
  @RateLimit('lists')
  @ApiOperation({
    summary: "Incidents of the team's routes: open ones first, then the latest",
    description:
      'It begins with the first failed sign-in or whatever else somebody has to change, with the third failure by anything that may pass by itself, or with the first delivery that failed for it; it ends with the next document that goes out by that way.',
  })
  @ApiResponse({ status: 200, schema: jsonSchema(incidentList) })
  async list(@Param('teamId') teamId: string, @ReaderLocale() reader: Locale | null): Promise<IncidentList> {
    const records = await this.store.list(teamId, MOST);
    return { items: records.map((record) => toView(record, reader ?? 'en')) };
  }

  @Get(':id')
  @TeamAccess('read')
  @ApiOperation({ summary: 'One of them; its deliveries are in the log, by `incident`' })
  @ApiResponse({ status: 200, schema: jsonSchema(incidentView) })
  async show(@Param('teamId') teamId: string, @Param('id') id: string, @ReaderLocale() reader: Locale | null): Promise<IncidentView> {
    const record = z.uuid().safeParse(id).success ? await this.store.find(teamId, id) : null;
    if (record === null) throw notFound('The incident');
    return toView(record, reader ?? 'en');
  }
}

function toView(record: IncidentRecord, locale: Locale): IncidentView {
  const { beganAt, openedAt: _, seenAt, endedAt, code, route, server, reply, ...same } = record;
  const { happened, todo } = explainFailure({ code, server, reply }, locale, route, 'byItself');
  return {
    ...same,
    ...{ code, route, server, reply },
    since: beganAt.toISOString(),
    lastFailureAt: seenAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    ...whereToMend(code, route),
    happened,
    todo,
  };
}
