// Package account stores accounts: their credentials, contacts and enrolled
// authenticators. It also has the policy, with every number of the rules.
//
// It keeps records and checks their form. Decisions about sign-in and enrolment are made
// by the ceremonies, which call this package inside a store transaction. Keys:
//
//	acct/<id>                     the account record (JSON)
//	acct/<id>/authn/app           the authenticator app's sealed secret
//	acct/<id>/authn/key-<key id>  one security key
//	uniq/login/<folded name>      the account that owns a user name (R0)
//	uniq/cred/<credential id>     the account and key that own a WebAuthn credential
//
// Every write below acct/<id>/ also writes acctrev/<id> (store.Bump), so two transactions
// that change one account conflict (docs/decisions/0007).
package account
