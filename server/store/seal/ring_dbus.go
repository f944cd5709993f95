//go:build linux || freebsd || netbsd || openbsd || dragonfly

package seal

import (
	"context"
	"errors"

	"github.com/godbus/dbus/v5"
)

// answers pings the keyring's program on a separate connection.
func answers(ctx context.Context) bool {
	bus, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return false
	}
	defer bus.Close()
	call := bus.Object("org.freedesktop.secrets", "/org/freedesktop/secrets").CallWithContext(ctx, "org.freedesktop.DBus.Peer.Ping", 0)
	var refused dbus.Error
	return call.Err == nil || errors.As(call.Err, &refused) && ctx.Err() == nil // a refusal is an answer
}

// nobodyThere reports whether err means that this session has no keyring
// program.
func nobodyThere(err error) bool {
	var refused dbus.Error
	return errors.As(err, &refused) && (refused.Name == "org.freedesktop.DBus.Error.ServiceUnknown" || refused.Name == "org.freedesktop.DBus.Error.NameHasNoOwner")
}
