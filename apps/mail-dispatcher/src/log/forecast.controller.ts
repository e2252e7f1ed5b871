import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type DeliveryForecast, deliveryForecast, deliveryForecastQuery, type DeliveryForecastQuery } from '@billing-mail/contracts';
import { jsonSchema, RateLimit, TeamAccess, ZodPipe } from '@billing-mail/platform';
import { Forecast } from './forecast.js';

@ApiTags('deliveries')
@Controller('v1/teams/:teamId/deliveries/forecast')
export class ForecastController {
  constructor(private readonly forecast: Forecast) {}

  @Get()
  @TeamAccess('read')
  @RateLimit('statistics')
  @ApiOperation({
    summary: "How many documents wait for the team's own mail server, and when its limits let the last of them go",
    description: 'Without limits `limits` is null: then nothing waits for them. `endsAt` leaves out the sending itself.',
  })
  @ApiQuery({
    name: 'documents',
    required: false,
    schema: { type: 'integer', minimum: 0, maximum: 100_000, default: 0 },
    description: 'so many further documents, as if they were handed over now: when would a run end?',
  })
  @ApiResponse({ status: 200, schema: jsonSchema(deliveryForecast) })
  async read(
    @Param('teamId') teamId: string,
    @Query(new ZodPipe(deliveryForecastQuery)) { documents }: DeliveryForecastQuery,
  ): Promise<DeliveryForecast> {
    return this.forecast.of(teamId, documents);
  }
}
