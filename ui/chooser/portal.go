//go:build linux || freebsd || openbsd || netbsd

package chooser

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// The file chooser of XDG Desktop Portal
// (https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.FileChooser.html).
const (
	portalName  = "org.freedesktop.portal.Desktop"
	portalPath  = "/org/freedesktop/portal/desktop"
	fileChooser = "org.freedesktop.portal.FileChooser"
	request     = "org.freedesktop.portal.Request"
)

// portalLimit limits the wait until the portal has opened its dialog: the bus may have to
// start it. The person may take any time.
const portalLimit = 10 * time.Second

// closeLimit limits the wait until the portal has closed the dialog.
const closeLimit = 2 * time.Second

// OfDesktop returns the chooser of the desktop's portal.
func OfDesktop() Chooser { return choose }

func choose(ctx context.Context, r Request) (string, error) {
	// The connection outlives ctx, so that the dialog can be closed.
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	late, early := time.AfterFunc(portalLimit, end), context.AfterFunc(ctx, end)
	bus, err := dbus.ConnectSessionBus(dbus.WithContext(life))
	late.Stop()
	early()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNone, err)
	}
	defer bus.Close()
	d := dialog{bus: bus, heard: make(chan *dbus.Signal, 16)}
	return d.run(ctx, r)
}

// A dialog is one request to the portal.
type dialog struct {
	bus   *dbus.Conn
	heard chan *dbus.Signal
}

func (d dialog) run(ctx context.Context, r Request) (string, error) {
	token := "nightlatch_" + rand.Text()
	sender := strings.ReplaceAll(strings.TrimPrefix(d.bus.Names()[0], ":"), ".", "_")
	handle := dbus.ObjectPath(portalPath + "/request/" + sender + "/" + token)
	d.bus.Signal(d.heard)
	opening, opened := context.WithTimeout(ctx, portalLimit)
	defer opened()
	// Before the call: the answer may come before the call returns.
	if err := d.bus.AddMatchSignalContext(opening, dbus.WithMatchObjectPath(handle), dbus.WithMatchInterface(request), dbus.WithMatchMember("Response")); err != nil {
		return "", fmt.Errorf("%w: %w", ErrNone, err)
	}
	if err := d.bus.AddMatchSignalContext(opening, dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, portalName)); err != nil {
		return "", fmt.Errorf("%w: %w", ErrNone, err)
	}
	method, options := fileChooser+".SaveFile", map[string]dbus.Variant{
		"handle_token": dbus.MakeVariant(token), "modal": dbus.MakeVariant(true), "accept_label": dbus.MakeVariant(r.Accept),
	}
	folder := r.Start
	if r.Folder {
		method = fileChooser + ".OpenFile"
		options["directory"] = dbus.MakeVariant(true)
	} else if r.Start != "" {
		options["current_name"] = dbus.MakeVariant(filepath.Base(r.Start))
		folder = filepath.Dir(r.Start)
	}
	if folder != "" {
		options["current_folder"] = dbus.MakeVariant(append([]byte(folder), 0))
	}
	portal := d.bus.Object(portalName, portalPath)
	if err := portal.CallWithContext(opening, method, 0, r.Parent, r.Title, options).Err; err != nil {
		return "", fmt.Errorf("%w: %w", ErrNone, err)
	}
	return d.answer(ctx, handle)
}

// answer waits for the person.
func (d dialog) answer(ctx context.Context, handle dbus.ObjectPath) (string, error) {
	for {
		select {
		case <-ctx.Done():
			closing, closed := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
			defer closed()
			d.bus.Object(portalName, handle).CallWithContext(closing, request+".Close", 0)
			return "", ctx.Err()
		case s, ok := <-d.heard:
			switch {
			case !ok:
				return "", fmt.Errorf("%w: the session bus is gone", ErrNone)
			case s.Name == "org.freedesktop.DBus.NameOwnerChanged" && gone(s.Body):
				return "", fmt.Errorf("%w: the portal has ended", ErrNone)
			case s.Name == request+".Response" && s.Path == handle:
				return chosen(s.Body)
			}
		}
	}
}

// gone reports whether a NameOwnerChanged says that nobody owns the portal's name.
func gone(body []any) bool {
	if len(body) != 3 {
		return false
	}
	name, _ := body[0].(string)
	owner, _ := body[2].(string)
	return name == portalName && owner == ""
}

// chosen reads the answer: 0 and the URIs of the files, 1 if the person cancelled.
func chosen(body []any) (string, error) {
	if len(body) != 2 {
		return "", fmt.Errorf("%w: the portal's answer has %d values", ErrNone, len(body))
	}
	code, _ := body[0].(uint32)
	results, _ := body[1].(map[string]dbus.Variant)
	switch code {
	case 0:
	case 1:
		return "", nil
	default:
		return "", fmt.Errorf("%w: the portal ended the dialog", ErrNone)
	}
	uris, _ := results["uris"].Value().([]string)
	if len(uris) != 1 {
		return "", fmt.Errorf("%w: the portal returned %d files", ErrNone, len(uris))
	}
	u, err := url.Parse(uris[0])
	if err != nil || u.Scheme != "file" || u.Path == "" {
		return "", fmt.Errorf("%w: the portal did not return a local file", ErrNone)
	}
	return u.Path, nil
}
