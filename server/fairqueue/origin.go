package fairqueue

import (
	"cmp"
	"context"

	"nightlatch/server/netaddr"
)

// A Class ranks the client of a request. Higher classes are served first.
type Class int

// The classes.
const (
	// Stranger is a client that has proved nothing.
	Stranger Class = iota
	// Begun is a client that has already shown a right secret: it has a session, or its
	// ceremony has left the first step.
	Begun
	// Known is a device that signed in to this account before, or the window of this
	// program.
	Known

	classes = int(Known) + 1
)

// origin is the value in the context of a request.
type origin struct {
	class  Class
	source string
}

type originKey struct{}

func originOf(ctx context.Context) origin {
	o, _ := ctx.Value(originKey{}).(origin)
	return o
}

// WithSource sets the source of a request: the address of the client. IPv6 clients of
// one /64 are one source, because a single client usually has all of its addresses.
func WithSource(ctx context.Context, client string) context.Context {
	o := originOf(ctx)
	o.source = cmp.Or(netaddr.Subscriber(client), client)
	return context.WithValue(ctx, originKey{}, o)
}

// WithClass raises the class of a request. It never lowers it.
func WithClass(ctx context.Context, class Class) context.Context {
	o := originOf(ctx)
	if class <= o.class {
		return ctx
	}
	o.class = class
	return context.WithValue(ctx, originKey{}, o)
}

// ClassOf returns the class of a request.
func ClassOf(ctx context.Context) Class { return originOf(ctx).class }

// SourceOf returns the source of a request: an address, or a network of them.
func SourceOf(ctx context.Context) string { return originOf(ctx).source }
