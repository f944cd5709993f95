//go:build linux || freebsd || netbsd || openbsd || dragonfly

package seal

import (
	"context"
	"errors"

	"github.com/godbus/dbus/v5"
)

// answers asks the keyring's program for a sign of life, on a connection of its own.
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

// nobodyThere reports whether err says that no program of this session keeps a keyring.
func nobodyThere(err error) bool {
	var refused dbus.Error
	return errors.As(err, &refused) && (refused.Name == "org.freedesktop.DBus.Error.ServiceUnknown" || refused.Name == "org.freedesktop.DBus.Error.NameHasNoOwner")
}
