// The generated client checks every answer against the document (zod).
export default {
	input: "./openapi.json",
	output: { path: "./generated" },
	logs: { level: "warn" },
	plugins: [
		"@hey-api/client-fetch",
		"zod",
		{ name: "@hey-api/sdk", validator: { request: false, response: "zod" } },
	],
};
