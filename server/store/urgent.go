package store

import "context"

type urgentKey struct{}

// Urgent returns a context for updates that revoke access. When the disk is full, they
// may use the room that is reserved for deletions, because a revocation writes a mark and
// an audit event and deletes nothing.
func Urgent(ctx context.Context) context.Context {
	return context.WithValue(ctx, urgentKey{}, true)
}

// IsUrgent reports whether a context is from Urgent.
func IsUrgent(ctx context.Context) bool { return ctx.Value(urgentKey{}) != nil }
