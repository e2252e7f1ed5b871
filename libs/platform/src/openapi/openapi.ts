import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { describeOperations, type OperationExamples } from './describe-operations.js';

/** Serves `/openapi.json` and `/docs`. */
export function serveOpenApi(app: INestApplication, title: string, description: string, examples: OperationExamples): void {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(title)
    .setDescription(description)
    .setVersion('1')
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .build();
  SwaggerModule.setup('docs', app, () => describeOperations(SwaggerModule.createDocument(app, config), examples), {
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: title,
  });
}
