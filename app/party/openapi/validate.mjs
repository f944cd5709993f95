// Validates openapi.json against the schema of OpenAPI 3.1. Prints each error.
import { Validator } from "@seriousme/openapi-schema-validator";

const validator = new Validator();
const result = await validator.validate("openapi.json");
if (!result.valid || validator.version !== "3.1") {
	console.error(`OpenAPI ${validator.version}:`, JSON.stringify(result.errors, null, 1));
	process.exit(1);
}
