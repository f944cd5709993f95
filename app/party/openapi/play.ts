// Plays the main job against a lab with the generated client: an account, a text
// message, an authenticator app, backup codes, a temporary password, signing in with
// each second step, and turning it all off. Every answer is checked against the
// document by the client, and every request by the TypeScript compiler.
import { webcrypto as crypto } from "node:crypto";
import { client } from "./generated/client.gen";
import * as api from "./generated/sdk.gen";
import type { Input, Problem, StepEnterCode, StepSaveBackupCode, StepScanQr, StepSignedIn, View } from "./generated/types.gen";

declare const process: { argv: string[]; exit(code: number): never };

const number = "+12025550143";
const username = "generated";
const password = "nine violet kettles hum";

client.setConfig({ baseUrl: process.argv[2]!, throwOnError: true });

function session(token: string) {
	client.setConfig({ auth: () => token });
}

function must(ok: unknown, what: string): asserts ok {
	if (!ok) throw new Error(what);
}

/** Answers the step of a view. A refusal ends the play, unless it is the one named. */
async function answer(v: View, input: Input, refusal?: string): Promise<View> {
	const { data } = await api.answerCeremony({ path: { id: v.id }, body: { rev: v.rev, input }, throwOnError: true });
	must(data.refusal?.code === refusal, `${v.step.type}: ${JSON.stringify(data.refusal)}, wanted ${refusal}`);
	return data;
}

/** Takes the step if it is of this type, or ends the play. */
function step<T>(v: View, type: string): T {
	must(v.step.type === type, `the step is ${v.step.type}, wanted ${type}`);
	return v.step as T;
}

async function textedCode(): Promise<string> {
	const { data } = await api.labListTexts({ path: { e164: number }, throwOnError: true });
	const code = /\d{6}/.exec(data.at(-1)!.body);
	must(code, "no code was texted");
	return code[0];
}

async function mailedCode(address: string): Promise<string> {
	const { data } = await api.labListMail({ query: { to: address }, throwOnError: true });
	const code = /\d{6}/.exec(data.at(-1)!.text);
	must(code, "no code was mailed");
	return code[0];
}

/** The code of an authenticator app (RFC 6238) at a time. */
async function appCode(secret: string, at: string): Promise<string> {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	const bits = [...secret].map((c) => alphabet.indexOf(c).toString(2).padStart(5, "0")).join("");
	const key = new Uint8Array(bits.match(/.{8}/g)!.map((b) => parseInt(b, 2)));
	const counter = new DataView(new ArrayBuffer(8));
	counter.setUint32(4, Math.floor(Date.parse(at) / 30_000));
	const hmac = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
	const sum = new DataView(await crypto.subtle.sign("HMAC", hmac, counter.buffer));
	const offset = sum.getUint8(19) & 15;
	return ((sum.getUint32(offset) & 0x7fffffff) % 1_000_000).toString().padStart(6, "0");
}

async function now(): Promise<string> {
	return (await api.about({ throwOnError: true })).data.now;
}

async function begin(kind: Parameters<typeof api.beginCeremony>[0]["body"]["kind"], method?: "text" | "app"): Promise<View> {
	return (await api.beginCeremony({ body: { kind, method }, throwOnError: true })).data;
}

async function signIn(): Promise<View> {
	return answer(await begin("sign-in"), { type: "credentials", username, password });
}

/** Expects a problem with this code. */
async function problem(call: Promise<unknown>, code: string): Promise<Problem> {
	try {
		await call;
	} catch (e) {
		const p = e as Problem;
		must(p.code === code, `the problem is ${JSON.stringify(p)}, wanted ${code}`);
		return p;
	}
	throw new Error(`no problem, wanted ${code}`);
}

async function main() {
	must((await api.about({ throwOnError: true })).data.lab, "the server is no lab");
	await problem(api.getAccount({ throwOnError: true }), "sign_in_required");

	let v = await begin("sign-up");
	v = await answer(v, { type: "credentials", username, password: "short" }, "password_refused");
	must(v.refusal!.reason === "too_short" && v.refusal!.limit! >= 8, "a short password: no number");
	v = await answer(v, { type: "credentials", username, password });
	session(step<StepSignedIn>(v, "signed-in").session_token);

	// Text message.
	v = await answer(await begin("enroll-text"), { type: "continue" });
	v = await answer(v, { type: "email", address: "generated@example.org" });
	v = await answer(v, { type: "code", code: await mailedCode("generated@example.org") });
	v = await answer(v, { type: "phone", number, discoverable: false });
	must(step<StepEnterCode>(v, "enter-code").channel === "text", "not a texted code");
	v = await answer(v, { type: "code", code: await textedCode() });
	const first = step<StepSaveBackupCode>(v, "save-backup-code");
	v = await answer(v, { type: "continue" });
	step(v, "finished");

	// Authenticator app.
	v = await answer(await begin("enroll-app"), { type: "continue" });
	const secret = step<StepScanQr>(v, "scan-qr").secret;
	v = await answer(v, { type: "continue" });
	v = await answer(v, { type: "code", code: await appCode(secret, await now()) });
	step(v, "finished");

	const { data: account } = await api.getAccount({ throwOnError: true });
	must(account.two_factor && account.methods.text && account.methods.app && account.backup_codes.active === 1, "the account");
	must((await api.getRecovery({ throwOnError: true })).data.back_in !== "off", "recovery");

	// Backup codes and a temporary password.
	const second = (await api.makeBackupCode({ throwOnError: true })).data;
	must(!Array.isArray(second) && second.number === first.number + 1, "the second backup code");
	const more = (await api.makeBackupCode({ body: { count: 2 }, throwOnError: true })).data;
	must(Array.isArray(more) && more.length === 2, "two more backup codes");
	await api.keepBackupCode({ path: { number: String(first.number) }, body: { how: "saved" }, throwOnError: true });
	must((await api.checkBackupCode({ body: { code: first.code }, throwOnError: true })).data.state === "active", "check");
	const made = (await api.makeTemporaryPassword({ body: { label: "Mail" }, throwOnError: true })).data;
	const basic = (secret: string) => ({ headers: { Authorization: "Basic " + btoa(`${username}:${secret}`) }, auth: undefined, security: [] });
	must((await api.whoAmI({ ...basic(made.password), throwOnError: true })).data.username === username, "me");
	await problem(api.whoAmI({ ...basic(password), throwOnError: true }), "temporary_password_required");
	const token = (await api.oauthToken({ body: { grant_type: "password", username, password: made.password }, throwOnError: true })).data;
	must(token.token_type.toLowerCase() === "bearer", "the token's type");

	// Sign in with each second step.
	v = await signIn();
	v = await answer(v, { type: "code", code: "000000" }, "wrong_code");
	v = await answer(v, { type: "choose-method", method: "text" });
	v = await answer(v, { type: "code", code: await textedCode() });
	step(v, "signed-in");
	v = await answer(await signIn(), { type: "choose-method", method: "backup-code" });
	v = await answer(v, { type: "code", code: first.code });
	step(v, "signed-in");
	await api.labSetClock({ body: { advance: "1m" }, throwOnError: true });
	v = await answer(await signIn(), { type: "choose-method", method: "app" });
	v = await answer(v, { type: "code", code: await appCode(secret, await now()) });
	session(step<StepSignedIn>(v, "signed-in").session_token);

	// Look after the account.
	v = await answer(await begin("reauthenticate"), { type: "password", password });
	step(v, "finished");
	must((await api.listSessions({ throwOnError: true })).data.length >= 4, "sessions");
	await api.endOtherSessions({ query: { others: true }, throwOnError: true });
	must((await api.listSessions({ throwOnError: true })).data.length === 1, "the other sessions");
	must((await api.listBackupCodes({ throwOnError: true })).data.map((c) => c.state).join() === "used,active,active,active", "backup codes");
	must((await api.listTemporaryPasswords({ throwOnError: true })).data.find((p) => p.label === "Mail")!.uses >= 1, "temporary passwords");
	must((await api.listKeys({ throwOnError: true })).data.length === 0, "keys");
	const { data: activity } = await api.listActivity({ query: { limit: 200 }, throwOnError: true });
	for (const type of ["account-created", "text-enabled", "app-enabled", "two-factor-on", "backup-code-used", "temporary-password-made"]) {
		must(activity.some((e) => e.type === type), `${type} is not in the activity list`);
	}
	await problem(api.deleteKey({ path: { id: "none" }, throwOnError: true }), "not_found");
	await problem(api.listActivity({ query: { limit: 0 }, throwOnError: true }), "malformed");

	// Turn it off.
	for (const method of ["text", "app"] as const) {
		v = await begin("turn-off", method);
		v = await answer(v, { type: "confirm" });
		step(v, "finished");
	}
	must(!(await api.getAccount({ throwOnError: true })).data.two_factor, "two-factor authentication is still on");

	// The lab's security keys.
	const key = (await api.labMakeKey({ body: { name: "Blue", transport: "usb" }, throwOnError: true })).data;
	must((await api.labChangeKey({ path: { id: key.id! }, body: { auto_touch: true }, throwOnError: true })).data.auto_touch, "a key's setting");
	await api.labUnplugKey({ path: { id: key.id! }, query: { forget: true }, throwOnError: true });

	await api.signOut({ throwOnError: true });
	await problem(api.getAccount({ throwOnError: true }), "sign_in_required");
	console.log("played");
}

/** The part of a failed check that says most: of a union, the variant that fits best. */
function brief(e: any): unknown {
	if (!Array.isArray(e?.issues)) return e;
	return e.issues.flatMap((i: any) =>
		i.code === "invalid_union"
			? i.unionErrors.map(brief).sort((a: unknown[], b: unknown[]) => a.length - b.length)[0]
			: [`${i.path.join(".")}: ${i.message}`]);
}

main().catch((e: unknown) => {
	console.error(brief(e));
	process.exit(1);
});
