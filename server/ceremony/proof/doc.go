// Package proof has the proofs that more than one ceremony asks for: the
// account's password, and a six-digit code that was sent to a phone or an
// address. Both are counted before they are believed (R43).
//
// Everything in here runs inside an edge: what is named Slow outside the
// transaction, the rest inside, against the account as it is at that moment.
package proof
