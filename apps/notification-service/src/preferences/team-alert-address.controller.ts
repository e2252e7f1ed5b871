import { Body, Controller, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { addressConfirmation, type TeamAlertAddress, teamAlertAddressInput, teamAlertAddressView } from '@billing-mail/contracts';
import { type Caller, CurrentCaller, jsonSchema, TeamAccess, ZodPipe } from '@billing-mail/platform';
import { type z } from 'zod';
import { ConfirmAddress } from './confirm-address.js';
import { ConfirmationStore } from './confirmation.store.js';
import { codeDoesNotHold, nothingToConfirm, toAnswer } from './confirmation-problems.js';
import { PreferencesStore } from './preferences.store.js';
import { TeamAlertAddressStore } from './team-alert-address.store.js';

/** The address for a team's alerts, in addition to those to its members. */
@ApiTags('preferences')
@ApiParam({ name: 'teamId' })
@Controller('v1/teams/:teamId/alert-address')
export class TeamAlertAddressController {
  constructor(
    private readonly addresses: TeamAlertAddressStore,
    private readonly preferences: PreferencesStore,
    private readonly confirmations: ConfirmationStore,
    private readonly confirming: ConfirmAddress,
  ) {}

  @Get()
  @TeamAccess('read')
  @ApiOperation({ summary: 'Where alerts of the team go besides those to its people' })
  @ApiResponse({ status: 200, schema: jsonSchema(teamAlertAddressView) })
  read(@Param('teamId') teamId: string): Promise<TeamAlertAddress> {
    return this.addresses.read(teamId);
  }

  @Put()
  @TeamAccess('write')
  @ApiOperation({
    summary: 'Replaces the address',
    description: 'One that is new gets an e-mail with a code; alerts go there once it is confirmed. An internal service vouches for it.',
  })
  @ApiBody({ schema: jsonSchema(teamAlertAddressInput, 'input') })
  @ApiResponse({ status: 200, schema: jsonSchema(teamAlertAddressView) })
  async replace(
    @Param('teamId') teamId: string,
    @Body(new ZodPipe(teamAlertAddressInput)) { alertTo }: z.output<typeof teamAlertAddressInput>,
    @CurrentCaller() caller: Caller,
  ): Promise<TeamAlertAddress> {
    const before = await this.addresses.read(teamId);
    await this.addresses.replace(teamId, alertTo, caller);
    const after = await this.addresses.read(teamId);
    // The address is saved in any case; if the e-mail could not be sent, the user can ask for it again.
    if (after.alertTo !== null && !after.confirmed && after.alertTo !== before.alertTo) await this.ask(teamId, after.alertTo, caller);
    return after;
  }

  @Post('confirmation-email')
  @HttpCode(202)
  @TeamAccess('write')
  @ApiOperation({ summary: 'Sends the confirmation e-mail again' })
  @ApiResponse({ status: 202, schema: jsonSchema(teamAlertAddressView) })
  @ApiResponse({ status: 409, description: 'There is no address to be confirmed' })
  @ApiResponse({ status: 429, description: 'There were too many of them' })
  async askAgain(@Param('teamId') teamId: string, @CurrentCaller() caller: Caller): Promise<TeamAlertAddress> {
    const view = await this.addresses.read(teamId);
    if (view.alertTo === null || view.confirmed) throw nothingToConfirm();
    return toAnswer(await this.ask(teamId, view.alertTo, caller), view);
  }

  @Post('confirmation')
  @HttpCode(200)
  @TeamAccess('read')
  @ApiOperation({
    summary: 'Confirms the address by the code that was sent to it, once; any member of the team who reads that mailbox may do so',
  })
  @ApiBody({ schema: jsonSchema(addressConfirmation, 'input') })
  @ApiResponse({ status: 200, schema: jsonSchema(teamAlertAddressView) })
  async confirm(
    @Param('teamId') teamId: string,
    @Body(new ZodPipe(addressConfirmation)) { code }: z.output<typeof addressConfirmation>,
  ): Promise<TeamAlertAddress> {
    if (!(await this.confirmations.confirmForTeam(teamId, code))) throw codeDoesNotHold();
    return this.addresses.read(teamId);
  }

  private async ask(teamId: string, email: string, caller: Caller) {
    const { locale } = await this.preferences.read(caller);
    return this.confirming.ask(caller, email, locale, teamId);
  }
}
