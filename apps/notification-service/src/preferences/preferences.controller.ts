import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type Preferences, preferencesInput } from '@billing-mail/contracts';
import { type Caller, CurrentCaller, jsonSchema, ZodPipe } from '@billing-mail/platform';
import { PreferencesStore } from './preferences.store.js';

/** How the caller wants to be told. */
@ApiTags('preferences')
@Controller('v1/preferences')
export class PreferencesController {
  constructor(private readonly preferences: PreferencesStore) {}

  @Get()
  @ApiOperation({ summary: "The caller's preferences; before the first PUT what the caller's documents told" })
  @ApiResponse({ status: 200, schema: jsonSchema(preferencesInput) })
  read(@CurrentCaller() caller: Caller): Promise<Preferences> {
    return this.preferences.read(caller);
  }

  @Put()
  @ApiOperation({ summary: "Replaces the caller's preferences; from then on they hold whatever documents say" })
  @ApiBody({ schema: jsonSchema(preferencesInput, 'input') })
  @ApiResponse({ status: 200, schema: jsonSchema(preferencesInput) })
  async replace(@Body(new ZodPipe(preferencesInput)) body: Preferences, @CurrentCaller() caller: Caller): Promise<Preferences> {
    await this.preferences.replace(caller.userId, body);
    return this.preferences.read(caller);
  }
}
