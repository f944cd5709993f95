// Package ceremony runs the multi-step exchanges of Nightlatch: sign-in,
// enrolment, turning a method off. One engine serves them all.
//
// A Definition lists the states of a ceremony, the step that each shows, and the edges
// between them. The engine has one record per running ceremony and has four calls:
// Begin, Get, Answer and Cancel.
//
//   - An input without an edge from the current state changes nothing, and neither
//     does an answer to an earlier revision: of a hundred equal answers to one step
//     exactly one takes effect.
//   - The changes of an edge, its messages, its audit events and the next state commit
//     in one transaction. The refusal of an examined input commits too, because its
//     failure was counted. An input that was not examined gets a Rejection, which
//     changes nothing.
//   - An enrolment does not change the account before its last proof. Until then its
//     data is in the draft, which is encrypted in the store.
//   - A ceremony is bound to the session and account that began it; other callers get
//     ErrNotFound. An anonymous ceremony is found by its unguessable ID. Until its first
//     answer takes effect, it is not stored: the ID contains it, encrypted.
//   - Slow work (Argon2id, signatures) runs outside the transaction, in Edge.Slow.
//     Edge.Do checks again everything that its result depends on.
//
// Keys: cerm/<id> and acct/<id>/open/<session>/<kind> (one open per session and kind).
// Expiry is checked on every read; store.Reap only reclaims space.
package ceremony
