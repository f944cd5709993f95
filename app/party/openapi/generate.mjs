// Generates the client of openapi.json into generated/. It imports the generator's module,
// since its command loads other modules with require, which Node.js 18 refuses.
import { createClient } from "@hey-api/openapi-ts";

await createClient({
	input: "./openapi.json",
	output: { path: "./generated" },
	logs: { level: "warn" },
	plugins: [
		"@hey-api/client-fetch",
		"zod",
		// The client checks every answer against the document.
		{ name: "@hey-api/sdk", validator: { request: false, response: "zod" } },
	],
});
