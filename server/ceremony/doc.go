// Package ceremony runs the multi-step exchanges of Nightlatch: sign-in,
// enrolment, turning a method off. One engine serves them all.
//
// A ceremony is declared, not programmed: a Definition lists its states, what
// each shows, and the edges between them. The engine keeps one record per
// running ceremony and answers four calls: Begin, Get, Answer, Cancel.
//
//   - An input without an edge from the current state changes nothing, nor does
//     an answer to a revision that has passed: of a hundred equal answers to one
//     step exactly one takes effect.
//   - What an edge changes, its messages, its audit events and the ceremony's
//     next state commit in one transaction. A refusal that was examined commits
//     too (its failure was counted); one that was not is a Rejection and leaves
//     no trace.
//   - Nothing of an enrolment touches the account before its last proof: until
//     then it lives in the draft, which is sealed at rest.
//   - A ceremony is bound to the session and account that began it; anyone else
//     gets ErrNotFound. An anonymous one is reached by its unguessable ID.
//   - Slow work (Argon2id, signatures) runs outside the transaction, in Edge.Slow;
//     inside, Edge.Do checks again whatever the verdict hangs on.
//
// Keys: cerm/<id> and acct/<id>/open/<kind> (one open per account and kind).
// Expiry is checked on every read; store.Reap only reclaims the space.
package ceremony
