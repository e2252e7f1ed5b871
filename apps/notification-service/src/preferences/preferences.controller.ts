import { Body, Controller, Get, HttpCode, Post, Put } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { addressConfirmation, type Preferences, preferencesInput, preferencesView, type PreferencesView } from '@billing-mail/contracts';
import { type Caller, CurrentCaller, jsonSchema, ZodPipe } from '@billing-mail/platform';
import { type z } from 'zod';
import { ConfirmAddress } from './confirm-address.js';
import { ConfirmationStore } from './confirmation.store.js';
import { codeDoesNotHold, nothingToConfirm, toAnswer } from './confirmation-problems.js';
import { ContactStore } from './contact.store.js';
import { PreferencesStore } from './preferences.store.js';

@ApiTags('preferences')
@Controller('v1/preferences')
export class PreferencesController {
  constructor(
    private readonly preferences: PreferencesStore,
    private readonly contacts: ContactStore,
    private readonly confirmations: ConfirmationStore,
    private readonly confirming: ConfirmAddress,
  ) {}

  @Get()
  @ApiOperation({ summary: "The caller's preferences; before the first PUT, the values from the caller's documents" })
  @ApiResponse({ status: 200, schema: jsonSchema(preferencesView) })
  async read(@CurrentCaller() caller: Caller): Promise<PreferencesView> {
    await this.contacts.learnMember(caller);
    return this.preferences.read(caller);
  }

  @Put()
  @ApiOperation({
    summary: "Replaces the caller's preferences; from then on they hold whatever documents say",
    description: 'An address that is new gets an e-mail with a code; alerts go there once it is confirmed.',
  })
  @ApiBody({ schema: jsonSchema(preferencesInput, 'input') })
  @ApiResponse({ status: 200, schema: jsonSchema(preferencesView) })
  async replace(@Body(new ZodPipe(preferencesInput)) body: Preferences, @CurrentCaller() caller: Caller): Promise<PreferencesView> {
    await this.contacts.learnMember(caller);
    const before = await this.preferences.read(caller);
    await this.preferences.replace(caller.userId, body);
    const after = await this.preferences.read(caller);
    // The preferences are saved in any case; if the e-mail could not be sent, the user can ask for it again.
    const isNew = after.email !== before.email || !before.channels.email;
    if (after.email !== null && after.channels.email && !after.emailConfirmed && isNew) {
      await this.confirming.ask(caller, after.email, after.locale);
    }
    return after;
  }

  @Post('confirmation-email')
  @HttpCode(202)
  @ApiOperation({ summary: 'Sends the confirmation e-mail again' })
  @ApiResponse({ status: 202, schema: jsonSchema(preferencesView) })
  @ApiResponse({ status: 409, description: 'There is no address to be confirmed' })
  @ApiResponse({ status: 429, description: 'There were too many of them' })
  async askAgain(@CurrentCaller() caller: Caller): Promise<PreferencesView> {
    const view = await this.preferences.read(caller);
    if (view.email === null || view.emailConfirmed) throw nothingToConfirm();
    return toAnswer(await this.confirming.ask(caller, view.email, view.locale), view);
  }

  @Post('confirmation')
  @HttpCode(200)
  @ApiOperation({ summary: 'Confirms the address by the code that was sent to it, once' })
  @ApiBody({ schema: jsonSchema(addressConfirmation, 'input') })
  @ApiResponse({ status: 200, schema: jsonSchema(preferencesView) })
  async confirm(
    @Body(new ZodPipe(addressConfirmation)) { code }: z.output<typeof addressConfirmation>,
    @CurrentCaller() caller: Caller,
  ): Promise<PreferencesView> {
    if (!(await this.confirmations.confirm(caller.userId, code))) throw codeDoesNotHold();
    return this.preferences.read(caller);
  }
}
