// Package account holds what an account is: its credentials, its contacts, its
// enrolled authenticators, and the policy that says which rules apply to it.
//
// It keeps records and checks their form; it decides nothing about a sign-in or
// an enrolment. Those are ceremonies, and they call in here inside one store
// transaction. Keys:
//
//	acct/<id>                     the account record (JSON)
//	acct/<id>/authn/app           the authenticator app's sealed secret
//	acct/<id>/authn/key-<key id>  one security key
//	uniq/login/<folded name>      the account that owns a user name (R0)
//	uniq/cred/<credential id>     the account and key that own a WebAuthn credential
//
// The account record is the concurrency root: every write below acct/<id>/
// bumps it (store.Bump), so two transactions that touch one account conflict.
package account
