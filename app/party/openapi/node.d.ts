// The part of Node.js that play.ts uses.
declare module "node:crypto" {
	/** Also a global from Node.js 20 on. */
	export const webcrypto: Crypto;
}
