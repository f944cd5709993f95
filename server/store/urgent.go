package store

import "context"

type urgentKey struct{}

// Urgent returns a context whose updates take rights away: when the disk is full
// they may use the room that is kept for deleting, though they delete nothing. A
// revocation is a mark and an audit event.
func Urgent(ctx context.Context) context.Context {
	return context.WithValue(ctx, urgentKey{}, true)
}

// IsUrgent reports whether a context is from Urgent.
func IsUrgent(ctx context.Context) bool { return ctx.Value(urgentKey{}) != nil }
