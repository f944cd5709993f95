// Package proof has the proofs that several ceremonies ask for: the account's password,
// and a code that was sent to a phone or an address. Failures are counted (R43).
//
// Everything here is called from an edge. Functions named Slow run outside the
// transaction, the others inside it, with the account as it is at that moment.
package proof
